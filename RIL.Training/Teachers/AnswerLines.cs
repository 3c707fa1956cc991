using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace RIL.Training.Teachers;

/// <summary>The lines of a file of kept answers, gzipped or not, as far as they are whole.</summary>
internal static class AnswerLines
{
    /// <summary>
    /// Lines from <paramref name="start"/> on. Half an object at the end was being written when its process ended: it is left out. Throws
    /// <see cref="InvalidDataException"/> where packed data is damaged.
    /// </summary>
    public static IEnumerable<string> Read(string path, bool packed, long start = 0)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = start;
        using Stream plain = packed ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(plain, Encoding.UTF8);
        var line = new StringBuilder();
        char[] buffer = new char[1 << 14];
        for (int read; (read = reader.Read(buffer)) > 0;)
            for (int at = 0; at < read;)
            {
                int length = buffer.AsSpan(at, read - at).IndexOf('\n');
                line.Append(buffer, at, length < 0 ? read - at : length);
                if (length < 0) break;
                at += length + 1;
                yield return line.ToString();
                line.Clear();
            }
        if (line.Length > 0 && !IsHalf(line.ToString())) yield return line.ToString();
    }

    /// <summary>
    /// Whether a line without an end is the beginning of an object and no more, or the zeros that a machine that went down leaves.
    /// </summary>
    public static bool IsHalf(string line)
    {
        if (line.Length == 0 || line[0] is not ('{' or '\0')) return false;
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            return false;
        }
        catch (JsonException)
        {
            return true;
        }
    }
}
