using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RIL.Tests;

/// <summary>Sends a process what a terminal or a service manager sends it.</summary>
internal static partial class Signal
{
    private const int SigTerm = 15;

    /// <summary>Asks a process to end (SIGTERM).</summary>
    public static void Terminate(Process process) => Assert.Equal(0, Kill(process.Id, SigTerm));

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
