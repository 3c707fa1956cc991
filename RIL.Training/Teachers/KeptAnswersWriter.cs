using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RIL.Training.Teachers;

/// <summary>
/// Appends answers to a file of kept answers, one line each. What is flushed survives the end of the process at any moment, and the file
/// can be read all the while: a gzipped one holds a whole member (RFC 1952) for every flush. One writer at a time.
/// </summary>
public sealed class KeptAnswersWriter : IDisposable
{
    private const int MostBuffered = 1 << 20; // bytes

    private static readonly JsonSerializerOptions Readable = new()
        { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly bool _packed;
    private readonly FileStream _held, _file;
    private readonly MemoryStream _lines = new();

    /// <summary>
    /// Opens the file at its end; what a process that was ended left unfinished there is cut off, and its whole lines stay.
    /// <paramref name="packed"/> gzips what is written. Throws <see cref="InputException"/> where another process is writing the file, or
    /// where it is damaged in its middle.
    /// </summary>
    public KeptAnswersWriter(string path, bool packed = false)
    {
        (Path, _packed) = (path, packed);
        _held = Hold(path);
        try
        {
            KeptAnswersRepair.CutUnfinished(path, packed);
            _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 1);
        }
        catch
        {
            _held.Dispose();
            throw;
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Adds one answer.</summary>
    public void Write(string teacher, string question, string text) => Write(teacher, question, new KeptAnswer(text));

    /// <summary>Adds one answer with what is known of it.</summary>
    public void Write(string teacher, string question, KeptAnswer answer)
    {
        var line = new Line(question, teacher, answer.Text, answer.Truncated ? true : null, answer.Sampling);
        _lines.Write(Utf8.GetBytes(JsonSerializer.Serialize(line, Readable) + "\n"));
        if (_lines.Length >= MostBuffered) Flush();
    }

    /// <summary>Brings everything written to the disk.</summary>
    public void Flush()
    {
        if (_lines.Length == 0) return;
        ReadOnlySpan<byte> lines = _lines.GetBuffer().AsSpan(0, (int)_lines.Length);
        long before = _file.Length;
        try
        {
            _file.Write(_packed ? GzipMembers.Pack(lines) : lines);
            _file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            TryCut(before); // half of it would spoil what follows
            throw;
        }
        _lines.SetLength(0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Flush();
        }
        finally
        {
            _file.Dispose();
            _held.Dispose();
        }
    }

    // A file of its own, because Unix knows only locks that shut out everybody, and answers must stay readable. The system lets go of it
    // when the process ends.
    private static FileStream Hold(string path)
    {
        string beside = path + ".lock";
        try
        {
            while (true)
            {
                var held = new FileStream(beside, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1,
                    FileOptions.DeleteOnClose);
                // Whoever held it before may have taken the name away between opening and locking.
                if (File.Exists(beside)) return held;
                held.Dispose();
            }
        }
        catch (IOException e) when (File.Exists(beside))
        {
            throw new InputException($"{path}: another process is writing these answers; wait for it or stop it, or choose another file.",
                e);
        }
    }

    private void TryCut(long length)
    {
        try
        {
            _file.SetLength(length);
        }
        catch (IOException)
        {
            // The next opening repairs it.
        }
    }

    private sealed record Line(
        [property: JsonPropertyName("question")] string Question, [property: JsonPropertyName("teacher")] string Teacher,
        [property: JsonPropertyName("text")] string Text, [property: JsonPropertyName("truncated")] bool? Truncated,
        [property: JsonPropertyName("sampling")] string? Sampling);
}
