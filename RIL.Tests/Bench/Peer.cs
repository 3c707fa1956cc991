using System.Diagnostics;
using System.Text.Json.Nodes;

namespace RIL.Tests.Bench;

/// <summary>Another tracking server under the same load: RIL_BENCH_PEER is a shell command that prints one line of JSON.</summary>
internal static class Peer
{
    public static bool Exists => Environment.GetEnvironmentVariable("RIL_BENCH_PEER") is { Length: > 0 };

    public static JsonObject Run()
    {
        using Process process = Process.Start(new ProcessStartInfo("bash", ["-c", Environment.GetEnvironmentVariable("RIL_BENCH_PEER")!]) { RedirectStandardOutput = true })!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, "RIL_BENCH_PEER failed: " + said);
        return JsonNode.Parse(said.Trim().Split('\n')[^1])!.AsObject();
    }
}
