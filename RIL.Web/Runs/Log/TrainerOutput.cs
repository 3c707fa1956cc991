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

    /// <summary>Where all of it lies; null where the run was not started by the site.</summary>
    public string? PathOf(string runId) => Path.Combine(storage.Run(runId), FileName) is var path && File.Exists(path) ? path : null;

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
        string text = reader.ReadToEnd().Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n');
        if (text.Length == 0) return new OutputEnd([], length, false);
        // The first one may be half a line.
        string[] lines = [.. text.Split('\n').Skip(from > 0 ? 1 : 0)];
        return new OutputEnd([.. lines.TakeLast(most)], length, from > 0 || lines.Length > most);
    }
}
