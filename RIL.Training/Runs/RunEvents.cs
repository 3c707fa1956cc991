using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RIL.Training.Runs;

/// <summary>
/// The append-only file of a run's events: one writer, any number of readers, each line handed to the system before the call returns.
/// </summary>
public sealed class RunEvents : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private readonly FileStream _held;
    private readonly FileStream _file;
    private readonly IReadOnlyList<IRunObserver> _observers;
    private readonly Lock _lock = new();

    private RunEvents(FileStream held, FileStream file, long last, IReadOnlyList<IRunObserver> observers) =>
        (_held, _file, Last, _observers) = (held, file, last, observers);

    /// <summary>Number of the last event.</summary>
    public long Last { get; private set; }

    /// <summary>
    /// Opens the file of a run, new or left by a process that ended at any moment: an unfinished last line is cut off. Throws where
    /// another process writes it.
    /// </summary>
    public static RunEvents Open(string path, params IReadOnlyList<IRunObserver> observers)
    {
        FileStream held = Hold(path + ".lock");
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 1);
            return new RunEvents(held, file, Repair(file), observers);
        }
        catch
        {
            file?.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <summary>Whether a process is writing the events now.</summary>
    public static bool IsHeld(string path)
    {
        try
        {
            Hold(path + ".lock").Dispose();
            return false;
        }
        catch (InputException)
        {
            return true;
        }
    }

    /// <summary>Writes one event and shows it to the observers.</summary>
    public void Append(RunEvent happened)
    {
        lock (_lock)
        {
            RunEvent numbered = happened with { Number = Last + 1, Time = DateTimeOffset.UtcNow };
            long before = _file.Length;
            try
            {
                _file.Write(Utf8.GetBytes(numbered.ToLine() + "\n"));
                _file.Flush();
            }
            catch (IOException)
            {
                TryCut(before); // half a line would spoil the next one
                throw;
            }
            Last++;
            foreach (IRunObserver observer in _observers) observer.Observe(numbered);
        }
    }

    /// <summary>Waits until every event so far is on the disk.</summary>
    public void Sync()
    {
        lock (_lock) _file.Flush(flushToDisk: true);
    }

    /// <summary>The events of a file after a number, as far as their lines are complete.</summary>
    public static IEnumerable<RunEvent> Read(string path, long after = 0)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, Utf8);
        while (ReadWholeLine(reader) is { } line)
        {
            RunEvent happened = RunEvent.FromLine(line);
            if (happened.Number > after) yield return happened;
        }
    }

    /// <summary>
    /// What counts of a run's events: those that a later <see cref="ResumedEvent"/> made void are left out, and the resumptions
    /// themselves.
    /// </summary>
    public static IReadOnlyList<RunEvent> Current(IEnumerable<RunEvent> events)
    {
        var current = new List<RunEvent>();
        foreach (RunEvent happened in events)
        {
            if (happened is ResumedEvent resumed) current.RemoveAll(e => e.Number > resumed.From);
            else current.Add(happened);
        }
        return current;
    }

    /// <summary>
    /// The current events that another run of the same configuration repeats, however either was interrupted: without progress within a
    /// step, which depends on what was there already.
    /// </summary>
    public static IReadOnlyList<RunEvent> Repeated(IEnumerable<RunEvent> events) =>
        [.. Current(events).Where(e => e is not ProgressEvent { Part: not null })];

    /// <summary>The part of an event that two runs of one configuration share: without number, time and timing.</summary>
    public static string Comparable(RunEvent happened)
    {
        JsonObject line = JsonSerializer.SerializeToNode(happened, RunEvent.Json)!.AsObject();
        foreach (string varying in (string[])["n", "time", "timing"]) line.Remove(varying);
        return line.ToJsonString(RunEvent.Json);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _held.Dispose();
    }

    // A file of its own, because Unix knows only locks that shut out everybody, and events must stay readable. The system lets go of it
    // when the process ends.
    private static FileStream Hold(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(path) && !DiskFull.Is(e))
        {
            throw new InputException($"{Path.GetDirectoryName(path)}: another process is writing this run; stop it first, or choose "
                + $"another output_dir.", e);
        }
    }

    private void TryCut(long length)
    {
        try
        {
            _file.SetLength(length);
            _file.Seek(0, SeekOrigin.End);
        }
        catch (IOException)
        {
            // The next opening repairs it.
        }
    }

    // Cuts off what follows the last line end and returns the number of the last whole line.
    private static long Repair(FileStream file)
    {
        long end = file.Length;
        string? last = null;
        while (end > 0 && last is null)
        {
            long start = LineEndBefore(file, end - 1);
            file.Position = start;
            byte[] line = new byte[end - start];
            file.ReadExactly(line);
            if (line[^1] == '\n' && TryNumber(line, out _)) last = Utf8.GetString(line);
            else end = start;
        }
        if (end != file.Length) file.SetLength(end);
        file.Position = end;
        return last is null ? 0 : RunEvent.FromLine(last).Number;
    }

    private static bool TryNumber(byte[] line, out long number)
    {
        number = 0;
        try
        {
            number = RunEvent.FromLine(Utf8.GetString(line)).Number;
            return true;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or NullReferenceException or InvalidOperationException
            or FormatException)
        {
            return false;
        }
    }

    // Position after the last line end in [0, limit).
    private static long LineEndBefore(FileStream file, long limit)
    {
        byte[] block = new byte[1 << 14];
        for (long end = limit; end > 0;)
        {
            long start = Math.Max(0, end - block.Length);
            file.Position = start;
            Span<byte> part = block.AsSpan(0, (int)(end - start));
            file.ReadExactly(part);
            int at = part.LastIndexOf((byte)'\n');
            if (at >= 0) return start + at + 1;
            end = start;
        }
        return 0;
    }

    private static string? ReadWholeLine(StreamReader reader)
    {
        var line = new StringBuilder();
        for (int c = reader.Read(); c >= 0; c = reader.Read())
        {
            if (c == '\n') return line.ToString();
            line.Append((char)c);
        }
        return null; // the writer is in the middle of it
    }
}
