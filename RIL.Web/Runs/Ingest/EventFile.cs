using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using RIL.Training;

namespace RIL.Web.Runs.Ingest;

/// <summary>Whole lines of a run's <c>events.jsonl</c> from a position on.</summary>
internal static partial class EventFile
{
    private const int Block = 1 << 20, MostLines = 4000, MostValues = 60_000;

    /// <summary>What is read at once.</summary>
    /// <param name="Batch">The events.</param>
    /// <param name="End">Position after the last line taken.</param>
    /// <param name="More">Whether whole lines are left.</param>
    public sealed record Part(EventBatch Batch, long End, bool More);

    /// <summary>The next events; null where the file is not the one of which <paramref name="offset"/> bytes were read: it has become shorter, or other bytes lie there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">Bytes read before.</param>
    /// <param name="lastEvent">Number of the last event in them.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static Part? Read(string path, long offset, long lastEvent, CancellationToken cancellation)
    {
        var batch = new EventBatch(lastEvent);
        if (!File.Exists(path)) return new Part(batch, offset, false);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (file.Length < offset) return null;
        if (file.Length == offset) return new Part(batch, offset, false);
        if (offset > 0 && LastBefore(file, offset) != lastEvent) return null;
        file.Position = offset;
        byte[] buffer = new byte[Block];
        int length = 0;
        long end = offset;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (length == buffer.Length) Array.Resize(ref buffer, 2 * buffer.Length);
            int read = file.Read(buffer, length, buffer.Length - length);
            if (read == 0) return new Part(batch, end, false);
            length += read;
            int start = 0;
            while (buffer.AsSpan(start, length - start).IndexOf((byte)'\n') is >= 0 and int size)
            {
                ReadOnlySpan<byte> line = buffer.AsSpan(start, size).TrimEnd((byte)'\r');
                bool taken;
                try
                {
                    taken = Add(batch, line);
                }
                catch (Exception e) when (batch.Events > 0 && e is InputException or JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
                {
                    // What came before it is stored; the next reading says what is wrong.
                    return new Part(batch, end, true);
                }
                catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
                {
                    // A line that a power cut spoilt is the last one, and the trainer cuts it off before it goes on.
                    if (buffer.AsSpan(start + size + 1, length - start - size - 1).Contains((byte)'\n')) throw new InputException($"{path}: what begins at byte {end} is no event ({e.Message})", e);
                    return new Part(batch, end, false);
                }
                if (!taken) return new Part(batch, end, true);
                start += size + 1;
                end += size + 1;
                if (batch.Events >= MostLines || batch.Values >= MostValues) return new Part(batch, end, end < file.Length);
            }
            buffer.AsSpan(start, length - start).CopyTo(buffer);
            length -= start;
        }
    }

    // Number of the last event before a position; 0 where there is none, null where the position is not the end of a line or what ends there is no event.
    private static long? LastBefore(FileStream file, long position)
    {
        byte[] tail = [];
        long start = position;
        while (true)
        {
            if (tail.Length > 0 && tail[^1] != '\n') return null;
            ReadOnlySpan<byte> lines = tail.AsSpan().TrimEnd("\r\n"u8);
            int before = lines.LastIndexOf((byte)'\n');
            if (before >= 0 || start == 0) return lines.IsEmpty ? 0 : Number(lines[(before + 1)..]);
            int more = (int)Math.Min(start, Math.Max(1 << 14, tail.Length));
            byte[] longer = new byte[more + tail.Length];
            tail.CopyTo(longer, more);
            file.Position = start -= more;
            file.ReadExactly(longer, 0, more);
            tail = longer;
        }
    }

    private static long? Number(ReadOnlySpan<byte> line)
    {
        try
        {
            var batch = new EventBatch(0);
            return Add(batch, line) ? batch.Last : null;
        }
        catch (Exception e) when (e is InputException or JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static bool Add(EventBatch batch, ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty) return true;
        try
        {
            return batch.Add(line);
        }
        catch (JsonException)
        {
            // Python writes NaN and Infinity as bare words, which are no JSON.
            string text = Encoding.UTF8.GetString(line), mended = BareWord().Replace(text, "null");
            if (mended == text) throw;
            return batch.Add(Encoding.UTF8.GetBytes(mended));
        }
    }

    [GeneratedRegex(@"(?<=[:\s])(-?Infinity|NaN)(?=\s*[,}])")]
    private static partial Regex BareWord();
}
