using RIL.Training;
using RIL.Web.Controls;

namespace RIL.Web.Datasets;

/// <summary>
/// Lines of an uploaded file on their way to a reader, counted as they come: more bytes than the limit, or a line without end, are refused before they are held in memory.
/// A packed file of a few kilobytes may unpack to gigabytes.
/// </summary>
/// <param name="inner">The unpacked bytes.</param>
/// <param name="largest">Most bytes of all lines.</param>
/// <param name="longestLine">Most bytes of a line.</param>
internal sealed class BoundedStream(Stream inner, long largest, int longestLine) : Stream
{
    private long _read;
    private int _line, _number = 1;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _read; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int count = inner.Read(buffer);
        if ((_read += count) > largest) throw new InputException($"The file has, or unpacks to, more than {Say.Bytes(largest)}; make it smaller.");
        for (Span<byte> rest = buffer[..count]; rest.Length > 0;)
        {
            int end = rest.IndexOf((byte)'\n');
            _line += end < 0 ? rest.Length : end;
            if (_line > longestLine) throw new InputException($"Line {_number} has more than {Say.Bytes(longestLine)}; expected one JSON object a line.");
            if (end < 0) break;
            (_line, _number) = (0, _number + 1);
            rest = rest[(end + 1)..];
        }
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
