using System.Text;
using RIL.Web.Data;

namespace RIL.Web.Runs.Log;

/// <summary>The end of what a trainer printed, for what never became an event: native faults, stack traces.</summary>
public sealed class TrainerOutput(Storage storage)
{
    /// <summary>Name of the file in the run folder.</summary>
    public const string FileName = "trainer.log";

    private const int MostBytes = 512 * 1024;

    /// <summary>The last lines; none where the run was not started by the site.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="most">Lines at most.</param>
    public IReadOnlyList<string> Last(string runId, int most = 2000)
    {
        string path = Path.Combine(storage.Run(runId), FileName);
        if (!File.Exists(path)) return [];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        long from = Math.Max(0, file.Length - MostBytes);
        file.Position = from;
        using var reader = new StreamReader(file, Encoding.UTF8);
        string[] lines = reader.ReadToEnd().Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n').Split('\n');
        // The first one may be half a line.
        return [.. lines.Skip(from > 0 ? 1 : 0).TakeLast(most)];
    }
}
