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

    /// <summary>The next events; null where the file is not the one of which <paramref name="offset"/> bytes were read, because it has become shorter.</summary>
    public static Part? Read(string path, long offset, CancellationToken cancellation)
    {
        var batch = new EventBatch();
        if (!File.Exists(path)) return new Part(batch, offset, false);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (file.Length < offset) return null;
        if (file.Length == offset) return new Part(batch, offset, false);
        if (offset > 0)
        {
            file.Position = offset - 1;
            if (file.ReadByte() != '\n') return null;
        }
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
