using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Training.Training;

/// <summary>What a machine offers to compute on.</summary>
/// <param name="Workers">Threads that may run side by side on the CPU.</param>
/// <param name="HasCuda">Whether libtorch finds a GPU.</param>
public sealed record Machine(int Workers, bool HasCuda)
{
    /// <summary>The machine at hand, as this process was set up.</summary>
    public static Machine This => new(TorchRuntime.WorkerCount, cuda.is_available());
}
