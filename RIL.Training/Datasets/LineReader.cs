namespace RIL.Training.Datasets;

/// <summary>Lines of UTF-8 without making texts of them; a line ends with \n, \r or \r\n and has a greatest length.</summary>
internal sealed class LineReader(Stream stream, int longest, string name) : IDisposable
{
    private byte[] _buffer = new byte[64 << 10];
    private int _start, _end; // what is read and not yet given
    private bool _done, _begun, _afterReturn;

    /// <summary>The mark that some programs put at the beginning of UTF-8.</summary>
    public static ReadOnlySpan<byte> Mark => [0xEF, 0xBB, 0xBF];

    /// <summary>Whether everything is one line.</summary>
    public bool Whole { get; init; }

    /// <summary>The line read last, without its end; good until the next is read.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>Reads a line; false at the end. Throws <see cref="InputException"/> where one is too long.</summary>
    public bool Read()
    {
        int searched = _start;
        while (true)
        {
            if (_afterReturn && searched < _end)
            {
                if (_buffer[searched] == '\n') searched = ++_start;
                _afterReturn = false;
            }
            int at = Whole ? -1 : _buffer.AsSpan(searched, _end - searched).IndexOfAny((byte)'\n', (byte)'\r');
            if (at >= 0)
            {
                Give(searched + at);
                _afterReturn = _buffer[_start] == '\r';
                _start++;
                return true;
            }
            if (_done)
            {
                if (_start == _end) return false;
                Give(_end);
                return true;
            }
            searched = Fill();
        }
    }

    public void Dispose() => stream.Dispose();

    private void Give(int end)
    {
        Line = _buffer.AsMemory(_start, end - _start);
        if (!_begun && Line.Span.StartsWith(Mark)) Line = Line[Mark.Length..];
        _begun = true;
        _start = end;
    }

    /// <summary>Reads on, and says from where on there is something new.</summary>
    private int Fill()
    {
        int kept = _end - _start;
        if (kept > longest)
            throw new InputException($"{name}: a row is longer than {longest >> 20} MiB; expected one JSON object a line, large pictures "
                + $"in files of their own.");
        byte[] target = kept > _buffer.Length / 2 ? new byte[Math.Min(_buffer.Length * 2L, Array.MaxLength)] : _buffer;
        Buffer.BlockCopy(_buffer, _start, target, 0, kept);
        (_buffer, _start, _end) = (target, 0, kept);
        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _done = read == 0;
        return kept;
    }
}
