using System.Runtime.CompilerServices;
using RIL.Training.Torch;

namespace RIL.Tests;

internal static class TorchStart
{
    // As the program does it, before the first tensor.
    [ModuleInitializer]
    internal static void Run() => TorchRuntime.Start(new TorchSettings());
}
