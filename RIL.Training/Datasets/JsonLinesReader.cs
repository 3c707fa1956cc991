using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace RIL.Training.Datasets;

/// <summary>One JSON object a line, or one JSON list of all rows; UTF-8 (or UTF-16 with its mark), plain or gzipped.</summary>
internal sealed class JsonLinesReader : IRowReader
{
    private const int LongestRow = 256 << 20, LongestList = 1 << 30;

    public IReadOnlyList<string> Endings { get; } = [".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz", ".json", ".json.gz"];

    public IEnumerable<FileRow> ReadRows(string file) => Guarded(file, () => BeginsAsList(file)) ? ReadList(file) : ReadLines(file);

    private static IEnumerable<FileRow> ReadLines(string file)
    {
        using var lines = new LineReader(Guarded(file, () => Open(file)), LongestRow, file);
        int number = 0;
        while (Guarded(file, lines.Read))
        {
            number++;
            if (lines.Line.Span.IndexOfAnyExcept(" \t"u8) >= 0) yield return Parse(lines.Line, number);
        }
    }

    private static IEnumerable<FileRow> ReadList(string file)
    {
        using var whole = new LineReader(Guarded(file, () => Open(file)), LongestList, file) { Whole = true };
        Guarded(file, whole.Read);
        FileRow list = Parse(whole.Line, 1);
        if (list.Json is null) throw new InputException($"{file}: it begins as a list of rows and is none ({list.Fault}).");
        using JsonDocument document = list.Json;
        int number = 0;
        foreach (JsonElement row in document.RootElement.EnumerateArray())
            yield return Parse(Encoding.UTF8.GetBytes(row.GetRawText()), ++number);
    }

    private static FileRow Parse(ReadOnlyMemory<byte> line, int number)
    {
        try
        {
            return new FileRow(number, JsonDocument.Parse(line), null);
        }
        catch (JsonException e)
        {
            return new FileRow(number, null, $"not a JSON object ({JsonFault.Of(e)})");
        }
    }

    private static bool BeginsAsList(string file)
    {
        using Stream stream = Open(file);
        Span<byte> start = stackalloc byte[64];
        start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        if (start.StartsWith(LineReader.Mark)) start = start[LineReader.Mark.Length..];
        return start.TrimStart(" \t\r\n"u8) is [(byte)'[', ..];
    }

    private static Stream Open(string file)
    {
        Span<byte> mark = stackalloc byte[2];
        using (Stream start = Unpacked(file)) mark = mark[..start.ReadAtLeast(mark, 2, throwOnEndOfStream: false)];
        Encoding? wide = mark is [0xFF, 0xFE] ? Encoding.Unicode : mark is [0xFE, 0xFF] ? Encoding.BigEndianUnicode : null;
        return wide is null ? Unpacked(file) : Encoding.CreateTranscodingStream(Unpacked(file), wide, Encoding.UTF8);
    }

    private static Stream Unpacked(string file)
    {
        Stream stream = File.OpenRead(file);
        return file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
    }

    private static T Guarded<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new InputException($"{file} cannot be read to its end ({e.Message}).", e);
        }
    }
}
