using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RIL.Training.Teachers;

/// <summary>Appends answers to a file of kept answers as they come, one line each.</summary>
public sealed class KeptAnswersWriter : IDisposable
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly StreamWriter _writer;

    /// <summary>
    /// Opens the file at its end; <paramref name="packed"/> gzips what is written (a .gz file may hold several packed parts).
    /// </summary>
    public KeptAnswersWriter(string path, bool packed = false)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        if (!packed) CutUnfinishedLine(file);
        file.Seek(0, SeekOrigin.End);
        Stream stream = packed ? new GZipStream(file, CompressionLevel.SmallestSize) : file;
        _writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
    }

    /// <summary>Adds one answer.</summary>
    public void Write(string teacher, string question, string text) =>
        _writer.WriteLine(JsonSerializer.Serialize(new { question, teacher, text }, Readable));

    /// <summary>Hands everything written to the system.</summary>
    public void Flush() => _writer.Flush();

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    // A process that was killed may have left half a line; whoever goes on writes over it.
    private static void CutUnfinishedLine(FileStream file)
    {
        long end = file.Length;
        while (end > 0)
        {
            file.Position = end - 1;
            if (file.ReadByte() == '\n') break;
            end--;
        }
        file.SetLength(end);
    }
}
