using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;
using System.Text;

namespace RIL.Training.Runs;

/// <summary>
/// Writes a run's metrics and histograms for TensorBoard: tensorflow.Event messages in TFRecord framing, one file per process, as
/// TensorBoard expects of a run that is resumed.
/// </summary>
public sealed class TensorBoardWriter : IRunObserver, IDisposable
{
    private readonly FileStream _file;

    /// <summary>
    /// Starts a file in <paramref name="folder"/>; points at and after <paramref name="firstStep"/> that an earlier process left are
    /// dropped by TensorBoard.
    /// </summary>
    public TensorBoardWriter(string folder, long firstStep = 0)
    {
        Directory.CreateDirectory(folder);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        string name = $"events.out.tfevents.{now.ToUnixTimeSeconds()}.{Environment.MachineName}."
            + $"{Environment.ProcessId}.{Stopwatch.GetTimestamp()}";
        _file = new FileStream(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        Write(now, 0, message => message.Text(3, "brain.Event:2"));
        if (firstStep > 0) Write(now, firstStep, message => message.Message(7, session => session.Number(1, 1))); // SessionLog.START
        _file.Flush();
    }

    /// <inheritdoc/>
    public void Observe(RunEvent happened)
    {
        if (happened is HistogramEvent histogram) Write(histogram);
        if (happened is not MetricsEvent metrics) return;
        IEnumerable<KeyValuePair<string, double>> values = metrics.Metrics.Concat(metrics.Timing ?? new Dictionary<string, double>());
        Write(metrics.Time, metrics.Step, message => message.Message(5, summary =>
        {
            foreach ((string tag, double value) in values) summary.Message(1, scalar => scalar.Text(1, tag).Float(2, (float)value));
        }));
        _file.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // A HistogramProto; what the event does not hold, sums and extremes, follows from the bins' middles and edges.
    private void Write(HistogramEvent histogram)
    {
        IReadOnlyList<double> edges = histogram.Edges;
        double[] counts = [.. histogram.Counts.Select(c => (double)c)],
            middles = [.. counts.Select((_, i) => (edges[i] + edges[i + 1]) / 2)];
        Write(histogram.Time, histogram.Step, message => message.Message(5, summary => summary.Message(1, value => value
            .Text(1, histogram.Name)
            .Message(5, histo =>
            {
                if (counts.Length > 0) histo.Double(1, edges[0]).Double(2, edges[^1]);
                histo.Double(3, counts.Sum()).Double(4, counts.Zip(middles, (n, m) => n * m).Sum())
                    .Double(5, counts.Zip(middles, (n, m) => n * m * m).Sum())
                    .Doubles(6, [.. edges.Skip(1)]).Doubles(7, counts);
            }))));
        _file.Flush();
    }

    private void Write(DateTimeOffset time, long step, Action<ProtocolBuffer> what)
    {
        var message = new ProtocolBuffer().Double(1, time.ToUnixTimeMilliseconds() / 1000.0).Number(2, (ulong)step);
        what(message);
        byte[] data = message.ToArray();
        byte[] record = new byte[12 + data.Length + 4];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), MaskedCrc(record.AsSpan(0, 8)));
        data.CopyTo(record, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + data.Length), MaskedCrc(data));
        _file.Write(record);
    }

    // CRC-32C, rotated and offset as TFRecord asks, so that a checksum of checksums does not degenerate.
    internal static uint MaskedCrc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data) crc = BitOperations.Crc32C(crc, b);
        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }

    /// <summary>As much of protocol buffers' wire format as the messages above need.</summary>
    private sealed class ProtocolBuffer
    {
        private readonly MemoryStream _bytes = new();

        public ProtocolBuffer Number(int field, ulong value)
        {
            Variable((ulong)field << 3);
            Variable(value);
            return this;
        }

        public ProtocolBuffer Double(int field, double value)
        {
            Variable((ulong)field << 3 | 1);
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
            _bytes.Write(bytes);
            return this;
        }

        public ProtocolBuffer Float(int field, float value)
        {
            Variable((ulong)field << 3 | 5);
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
            _bytes.Write(bytes);
            return this;
        }

        public ProtocolBuffer Doubles(int field, ReadOnlySpan<double> values)
        {
            byte[] packed = new byte[8 * values.Length];
            for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteDoubleLittleEndian(packed.AsSpan(8 * i), values[i]);
            return Bytes(field, packed);
        }

        public ProtocolBuffer Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

        public ProtocolBuffer Message(int field, Action<ProtocolBuffer> fill)
        {
            var inner = new ProtocolBuffer();
            fill(inner);
            return Bytes(field, inner.ToArray());
        }

        public byte[] ToArray() => _bytes.ToArray();

        private ProtocolBuffer Bytes(int field, byte[] value)
        {
            Variable((ulong)field << 3 | 2);
            Variable((ulong)value.Length);
            _bytes.Write(value);
            return this;
        }

        private void Variable(ulong value)
        {
            for (; value >= 0x80; value >>= 7) _bytes.WriteByte((byte)(value | 0x80));
            _bytes.WriteByte((byte)value);
        }
    }
}
