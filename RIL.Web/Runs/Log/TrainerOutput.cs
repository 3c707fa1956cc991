using System.Text;
using RIL.Web.Data;

namespace RIL.Web.Runs.Log;

/// <summary>The end of what a trainer printed.</summary>
/// <param name="Lines">The last lines, oldest first.</param>
/// <param name="Bytes">Bytes of all that it printed.</param>
/// <param name="Cut">Whether it printed more before them.</param>
public sealed record OutputEnd(IReadOnlyList<string> Lines, long Bytes, bool Cut);

/// <summary>The end of what a trainer printed, for what never became an event: native faults, stack traces.</summary>
public sealed class TrainerOutput(Storage storage)
{
    /// <summary>Name of the file in the run folder.</summary>
    public const string FileName = "trainer.log";

    /// <summary>Lines that are read unless asked otherwise.</summary>
    public const int MostLines = 2000;

    private const int MostBytes = 512 * 1024;

    // All attempts write into one file; what an earlier one printed says nothing about why this one ended.
    private const string Start = "--- A trainer is started. ---";

    /// <summary>Where all of it lies; null where the run was not started by the site.</summary>
    public string? PathOf(string runId) => PathIn(storage.Run(runId)) is var path && File.Exists(path) ? path : null;

    /// <summary>Bytes of it so far.</summary>
    public long Length(string runId) => PathOf(runId) is { } path ? new FileInfo(path).Length : 0;

    /// <summary>The last lines; none where the run was not started by the site.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="most">Lines at most.</param>
    public OutputEnd Last(string runId, int most = MostLines)
    {
        if (PathOf(runId) is not { } path) return new OutputEnd([], 0, false);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        long length = file.Length, from = Math.Max(0, length - MostBytes);
        file.Position = from;
        using var reader = new StreamReader(file, Encoding.UTF8);
        // Progress on a terminal ends its lines with a return alone.
        string text = reader.ReadToEnd().Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').TrimEnd('\n');
        if (text.Length == 0) return new OutputEnd([], length, false);
        // The first one may be half a line.
        string[] lines = [.. text.Split('\n').Skip(from > 0 ? 1 : 0)];
        return new OutputEnd([.. lines.TakeLast(most)], length, from > 0 || lines.Length > most);
    }

    /// <summary>The last lines that the trainer started last has printed, without empty ones.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="most">Lines at most.</param>
    public IReadOnlyList<string> OfAttempt(string runId, int most)
    {
        string[] lines = [.. Last(runId, int.MaxValue).Lines];
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
}
