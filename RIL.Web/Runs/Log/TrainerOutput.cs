using System.Text;
using RIL.Web.Data;

namespace RIL.Web.Runs.Log;

/// <summary>The end of what a trainer printed, for what never became an event: native faults, stack traces.</summary>
public sealed class TrainerOutput(Storage storage)
{
    /// <summary>Name of the file in the run folder.</summary>
    public const string FileName = "trainer.log";

    private const int MostBytes = 512 * 1024;

    // All attempts write into one file; what an earlier one printed says nothing about why this one ended.
    private const string Start = "--- A trainer is started. ---";

    /// <summary>The last lines; none where the run was not started by the site.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="most">Lines at most.</param>
    public IReadOnlyList<string> Last(string runId, int most = 2000) => [.. Lines(runId).TakeLast(most)];

    /// <summary>The last lines that the trainer started last has printed, without empty ones.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="most">Lines at most.</param>
    public IReadOnlyList<string> OfAttempt(string runId, int most)
    {
        string[] lines = Lines(runId);
        return [.. lines.Skip(Array.LastIndexOf(lines, Start) + 1).Select(l => l.TrimEnd()).Where(l => l.Length > 0).TakeLast(most)];
    }

    internal static string PathIn(string folder) => Path.Combine(folder, FileName);

    /// <summary>Draws a line under what earlier attempts printed.</summary>
    internal static void BeginAttempt(string folder)
    {
        using var file = new FileStream(PathIn(folder), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        bool open = file.Length > 0 && file.Seek(-1, SeekOrigin.End) >= 0 && file.ReadByte() != '\n';
        file.Seek(0, SeekOrigin.End);
        file.Write(Encoding.UTF8.GetBytes((open ? "\n" : "") + Start + "\n"));
    }

    private string[] Lines(string runId)
    {
        string path = PathIn(storage.Run(runId));
        if (!File.Exists(path)) return [];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        long from = Math.Max(0, file.Length - MostBytes);
        file.Position = from;
        using var reader = new StreamReader(file, Encoding.UTF8);
        // Progress on a terminal ends its lines with a return alone.
        string[] lines = reader.ReadToEnd().Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').TrimEnd('\n').Split('\n');
        // The first one may be half a line.
        return from > 0 ? lines[1..] : lines;
    }
}
