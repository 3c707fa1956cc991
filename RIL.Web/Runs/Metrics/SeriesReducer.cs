using Microsoft.Data.Sqlite;

namespace RIL.Web.Runs.Metrics;

/// <summary>
/// Reduces a metric to pieces of equal width, counted from step 0 so that a piece keeps its place when values are added or the view moves. Of each piece remain its first, smallest, largest and last value:
/// a lone spike stays, whatever the zoom. Wide pieces are put together from the pyramid, narrow ones from the points. A moving average is made of all values and then told for those that remain: it is the same at any width.
/// </summary>
internal sealed class SeriesReducer : IDisposable
{
    private readonly MetricReader _reader;
    private readonly string _run;
    private readonly SqliteCommand _metric, _first, _step, _number, _before;
    private readonly Dictionary<long, (double Time, double Tokens)> _axis = [];
    private (long From, long To) _walked = (0, -1);

    public SeriesReducer(SqliteConnection connection, SqliteTransaction transaction, MetricReader reader, string run)
    {
        (_reader, _run) = (reader, run);
        _metric = Prepare("SELECT Id, Count, LastStep FROM Metrics WHERE RunId = $0 AND Name = $1", 2);
        _first = Prepare("SELECT Step FROM MetricPoints WHERE MetricId = $0 ORDER BY Step LIMIT 1", 1);
        _step = Prepare("SELECT Step, Time, Tokens FROM RunSteps WHERE RunId = $0 AND Step >= $1 AND Step <= $2 ORDER BY Step", 3);
        _number = Prepare("SELECT COUNT(*) FROM MetricPoints WHERE MetricId = $0 AND Step >= $1 AND Step < $2", 3);
        _before = Prepare("SELECT Value FROM (SELECT Step, Value FROM MetricPoints WHERE MetricId = $0 AND Step < $1 ORDER BY Step DESC LIMIT $2) ORDER BY Step", 3);

        SqliteCommand Prepare(string text, int parameters)
        {
            SqliteCommand command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = text;
            for (int i = 0; i < parameters; i++) command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
            return command;
        }
    }

    public MetricSeries Read(string metric, long? from, long? to, int buckets, double smooth) =>
        Find(metric) is var (id, count, last) ? Smoothed(Read(metric, id, count, last, from, to, buckets), id, smooth) : MetricSeries.Empty(metric);

    /// <summary>The first values from a step on, as they are.</summary>
    public IReadOnlyList<SeriesPoint> Exact(string metric, long? from, int most) =>
        Find(metric) is var (id, _, last) ? Placed([.. _reader.Points(id, from ?? long.MinValue, last + 1).Take(most).Select(p => (p.Step, p.Value, 1.0))]) : [];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SqliteCommand command in (SqliteCommand[])[_metric, _first, _step, _number, _before]) command.Dispose();
    }

    private MetricSeries Read(string metric, long id, long count, long last, long? wantedFrom, long? wantedTo, int buckets)
    {
        _first.Parameters[0].Value = id;
        long first = (long)_first.ExecuteScalar()!;
        long from = Math.Max(wantedFrom ?? first, first), to = Math.Min(wantedTo ?? last, last);
        if (from > to) return MetricSeries.Empty(metric);

        // As many values as pieces would show anyway are shown as they are.
        long room = 4L * buckets, width = 1, span = to - from + 1;
        if (count <= room || span <= room) return Exact(metric, id, from, to);
        (width, int level) = Width(span, buckets);
        long start = Floor(from, width), end = Floor(to, width) + width;
        var pieces = new List<(long Start, Reduction Values)>();
        long total = 0;
        foreach ((long at, Reduction values) in _reader.Pieces(id, level, start, end, last))
        {
            long piece = Floor(at, width);
            total += values.Count;
            if (pieces.Count == 0 || pieces[^1].Start != piece) pieces.Add((piece, values));
            else
            {
                Reduction sum = pieces[^1].Values;
                sum.Add(values);
                pieces[^1] = (piece, sum);
            }
        }
        // Pieces at the ends may begin before the range or end after it.
        total -= Number(id, start, from) + Number(id, to + 1, end);
        return total <= room ? Exact(metric, id, from, to) : Series(metric, width, total, pieces);
    }

    private long Number(long id, long from, long to)
    {
        (_number.Parameters[0].Value, _number.Parameters[1].Value, _number.Parameters[2].Value) = (id, from, to);
        return (long)_number.ExecuteScalar()!;
    }

    private MetricSeries Smoothed(MetricSeries series, long id, double share)
    {
        if (share <= 0 || series.Points.Count == 0) return series;
        SeriesPoint[] points = [.. series.Points];
        var average = new MovingAverage(share);
        (_before.Parameters[0].Value, _before.Parameters[1].Value, _before.Parameters[2].Value) = (id, points[0].Step, MovingAverage.Reach(share));
        using (SqliteDataReader row = _before.ExecuteReader())
        {
            while (row.Read()) average.Add(row.IsDBNull(0) ? double.NaN : row.GetDouble(0));
        }
        int next = 0;
        foreach ((long step, double value) in _reader.Points(id, points[0].Step, points[^1].Step + 1))
        {
            average.Add(value);
            if (step != points[next].Step) continue;
            if (double.IsFinite(value)) points[next] = points[next] with { Smooth = average.Value };
            if (++next == points.Length) break;
        }
        return series with { Points = points };
    }

    private (long Id, long Count, long Last)? Find(string metric)
    {
        (_metric.Parameters[0].Value, _metric.Parameters[1].Value) = (_run, metric);
        using SqliteDataReader row = _metric.ExecuteReader();
        return row.Read() ? (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)) : null;
    }

    // The width of a piece, and the coarsest level of which it is a multiple.
    private static (long Width, int Level) Width(long span, int buckets)
    {
        long width = (span + buckets - 1) / buckets;
        int level = -1;
        while (level + 1 < Pyramid.Levels && 1L << Pyramid.Bits(level + 1) <= width) level++;
        long unit = level < 0 ? 1 : 1L << Pyramid.Bits(level);
        return ((width + unit - 1) / unit * unit, level);
    }

    private MetricSeries Exact(string metric, long id, long from, long to)
    {
        (long Step, double Value)[] points = [.. _reader.Points(id, from, to + 1)];
        return new MetricSeries(
            metric, points.Length, false, 1, Placed([.. points.Select(p => (p.Step, p.Value, 1.0))]), [.. points.Where(p => double.IsNaN(p.Value)).Select(p => (p.Step, 1L))]);
    }

    private MetricSeries Series(string metric, long width, long total, List<(long Start, Reduction Values)> pieces)
    {
        var points = new List<(long, double, double)>(4 * pieces.Count);
        var notNumbers = new List<(long, long)>();
        Span<(long Step, double Value)> kept = stackalloc (long, double)[4];
        foreach ((long start, Reduction v) in pieces)
        {
            if (v.NotANumber > 0) notNumbers.Add((Math.Max(v.NotANumberStep, start), v.NotANumber));
            if (!v.HasNumber)
            {
                points.Add((v.FirstStep, double.NaN, v.Count));
                continue;
            }
            int n = 0;
            bool minFirst = v.MinStep <= v.MaxStep;
            Keep(kept, ref n, v.FirstStep, v.First);
            Keep(kept, ref n, minFirst ? v.MinStep : v.MaxStep, minFirst ? v.Min : v.Max);
            Keep(kept, ref n, minFirst ? v.MaxStep : v.MinStep, minFirst ? v.Max : v.Min);
            Keep(kept, ref n, v.LastStep, v.Last);
            foreach ((long step, double value) in kept[..n]) points.Add((step, value, (double)v.Count / n));
        }
        return new MetricSeries(metric, total, true, width, Placed(points), notNumbers);
    }

    private static void Keep(Span<(long Step, double Value)> kept, ref int n, long step, double value)
    {
        if (n == 0 || kept[n - 1].Step != step) kept[n++] = (step, value);
    }

    // Time and tokens of each point's step: one walk over the steps where many are wanted, a look-up each where they lie far apart. Several metrics of a run share what was found.
    private List<SeriesPoint> Placed(List<(long Step, double Value, double Weight)> points)
    {
        var placed = new List<SeriesPoint>(points.Count);
        if (points.Count == 0) return placed;
        (long first, long last) = (points[0].Step, points[^1].Step);
        bool walked = first >= _walked.From && last <= _walked.To;
        if (!walked && last - first < 8L * points.Count)
        {
            Look(first, last);
            (_walked, walked) = ((first, last), true);
        }
        foreach ((long step, double value, double weight) in points)
        {
            if (!walked && !_axis.ContainsKey(step)) Look(step, step);
            (double time, double tokens) = _axis.TryGetValue(step, out var found) ? found : (double.NaN, double.NaN);
            placed.Add(new SeriesPoint(step, value, time, tokens, weight));
        }
        return placed;
    }

    private void Look(long from, long to)
    {
        (_step.Parameters[0].Value, _step.Parameters[1].Value, _step.Parameters[2].Value) = (_run, from, to);
        using SqliteDataReader row = _step.ExecuteReader();
        while (row.Read()) _axis[row.GetInt64(0)] = (row.GetInt64(1), row.IsDBNull(2) ? double.NaN : row.GetDouble(2));
    }

    private static long Floor(long step, long width) => step >= 0 ? step / width * width : -((-step + width - 1) / width * width);
}
