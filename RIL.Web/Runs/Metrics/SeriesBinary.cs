using System.Buffers.Binary;

namespace RIL.Web.Runs.Metrics;

/// <summary>
/// Series for charts as bytes: little-endian 64-bit floats and nothing else. Each series is
/// <code>
/// 6 numbers: version (1; 2 with a moving average), values in the range, whether they were reduced (0 or 1), steps a piece covers, n points, m marks
/// 5 columns of n: step, value (NaN = not a number), time in ms since 1970 (NaN = unknown), tokens (NaN = unknown), values it stands for
/// with a moving average a column of n more: the average up to this value (NaN where the value is not a number)
/// 2 columns of m: step of a value (or of the first one of a piece) that is not a number, how many there are
/// </code>
/// Several series follow one another in the order in which they were asked for; a metric that the run does not have is one without points.
/// </summary>
internal static class SeriesBinary
{
    public const string ContentType = "application/octet-stream";

    private const int Head = 6, PointColumns = 5, MarkColumns = 2;

    public static byte[] Write(IReadOnlyList<MetricSeries> all, bool smoothed)
    {
        byte[] bytes = new byte[sizeof(double) * all.Sum(s => Head + (PointColumns + (smoothed ? 1 : 0)) * s.Points.Count + MarkColumns * s.NotNumbers.Count)];
        int at = 0;
        foreach (MetricSeries series in all)
        {
            foreach (double number in (ReadOnlySpan<double>)[smoothed ? 2 : 1, series.Total, series.Reduced ? 1 : 0, series.Width, series.Points.Count, series.NotNumbers.Count]) Put(number);
            foreach (SeriesPoint p in series.Points) Put(p.Step);
            foreach (SeriesPoint p in series.Points) Put(p.Value);
            foreach (SeriesPoint p in series.Points) Put(p.Time);
            foreach (SeriesPoint p in series.Points) Put(p.Tokens);
            foreach (SeriesPoint p in series.Points) Put(p.Weight);
            if (smoothed) foreach (SeriesPoint p in series.Points) Put(p.Smooth);
            foreach ((long step, _) in series.NotNumbers) Put(step);
            foreach ((_, long count) in series.NotNumbers) Put(count);
        }
        return bytes;

        void Put(double number)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(at), number);
            at += sizeof(double);
        }
    }
}
