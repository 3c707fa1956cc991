using Microsoft.Data.Sqlite;
using RIL.Web.Runs.Metrics;

namespace RIL.Web.Runs.Ingest;

/// <summary>
/// Stores values, what tables ask of each metric, and the pyramid for charts, inside somebody's transaction. A bucket is written once, when a value beyond its range comes: a value that comes
/// late or again, as after a resumption, writes its buckets anew.
/// </summary>
internal sealed class MetricWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteTransaction _transaction;
    private readonly string _run;
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly SqliteCommand _point, _bucket, _create, _summary;
    private readonly MetricReader _reader;

    public MetricWriter(SqliteConnection connection, SqliteTransaction transaction, string run)
    {
        (_connection, _transaction, _run) = (connection, transaction, run);
        _point = Prepare("INSERT INTO MetricPoints(MetricId, Step, Value) VALUES($0, $1, $2) ON CONFLICT(MetricId, Step) DO UPDATE SET Value = excluded.Value", 3);
        _bucket = Prepare(
            "INSERT OR REPLACE INTO MetricBuckets(MetricId, Level, Bucket, Count, NotANumber, FirstStep, First, LastStep, Last, MinStep, Min, MaxStep, Max) VALUES($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)", 13);
        _create = Prepare("INSERT INTO Metrics(RunId, Name, Count, NotANumber, LastStep) VALUES($0, $1, 0, 0, 0) RETURNING Id", 2);
        _summary = Prepare("UPDATE Metrics SET Count = $1, NotANumber = $2, LastStep = $3, Last = $4, Min = $5, Max = $6 WHERE Id = $0", 7);
        _reader = new MetricReader(connection, transaction);
        Load();
    }

    /// <summary>Adds the values of a batch.</summary>
    public void Add(IReadOnlyList<MetricColumn> columns)
    {
        foreach (MetricColumn column in columns)
        {
            if (column.Values.Count == 0) continue;
            if (!_known.TryGetValue(column.Name, out Known? metric)) metric = Create(column.Name);
            Add(metric, column.Values);
        }
    }

    /// <summary>
    /// Removes values after a step, the newest of each metric first, until as many as <paramref name="left"/> says are gone, which becomes what is left of it; metrics that have none left go with them.
    /// Wherever it stops, each metric is what it would be if the removed values had never come.
    /// </summary>
    public void Rewind(long step, ref int left)
    {
        using SqliteCommand points = Prepare("DELETE FROM MetricPoints WHERE MetricId = $0 AND Step > $1", 2);
        using SqliteCommand buckets = Prepare("DELETE FROM MetricBuckets WHERE MetricId = $0 AND Level = $1 AND Bucket >= $2", 3);
        using SqliteCommand newest = Prepare("SELECT Step FROM MetricPoints WHERE MetricId = $0 ORDER BY Step DESC LIMIT 1", 1);
        using SqliteCommand metric = Prepare("DELETE FROM Metrics WHERE Id = $0", 1);
        using SqliteCommand stop = Prepare("SELECT Step FROM MetricPoints WHERE MetricId = $0 AND Step > $1 ORDER BY Step DESC LIMIT 1 OFFSET $2", 3);
        foreach (Known known in _known.Values.Where(k => k.LastStep > step).ToArray())
        {
            if (left <= 0) return;
            (stop.Parameters[0].Value, stop.Parameters[1].Value, stop.Parameters[2].Value) = (known.Id, step, left);
            left -= Run(points, known.Id, stop.ExecuteScalar() is long stays ? stays : step) + 1;
            newest.Parameters[0].Value = known.Id;
            long? last = newest.ExecuteScalar() is long found ? found : null;
            for (int level = 0; level < Pyramid.Levels; level++) Run(buckets, known.Id, level, last is { } l ? Pyramid.Bucket(l, level) : long.MinValue);
            if (last is { } newStep)
            {
                known.LastStep = newStep;
                Summarize(known);
                Save(known);
            }
            else
            {
                Run(metric, known.Id);
                _known.Remove(known.Name);
            }
        }
    }

    /// <summary>The newest number that a metric has in (after, upTo], with its step.</summary>
    public (double Value, long Step)? Newest(string name, long after, long upTo)
    {
        if (!_known.TryGetValue(name, out Known? metric)) return null;
        using SqliteCommand newest = Prepare("SELECT Value, Step FROM MetricPoints WHERE MetricId = $0 AND Step > $1 AND Step <= $2 AND Value IS NOT NULL ORDER BY Step DESC LIMIT 1", 3);
        (newest.Parameters[0].Value, newest.Parameters[1].Value, newest.Parameters[2].Value) = (metric.Id, after, upTo);
        using SqliteDataReader row = newest.ExecuteReader();
        return row.Read() ? (row.GetDouble(0), row.GetInt64(1)) : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SqliteCommand command in (SqliteCommand[])[_point, _bucket, _create, _summary]) command.Dispose();
        _reader.Dispose();
    }

    private void Add(Known metric, List<(long Step, double Value)> values)
    {
        long? before = metric.Count == 0 ? null : metric.LastStep;
        HashSet<long>? late = null;
        _point.Parameters[0].Value = metric.Id;
        foreach ((long step, double value) in values)
        {
            _point.Parameters[1].Value = step;
            _point.Parameters[2].Value = Number(value);
            _point.ExecuteNonQuery();
            if (metric.Count > 0 && step <= metric.LastStep) (late ??= []).Add(Pyramid.Bucket(step, 0));
            else metric.Append(step, value);
        }
        if (late is not null && before is { } known) foreach (long bucket in late) Rebuild(metric, bucket, known);
        Close(metric, before ?? values.Min(v => v.Step));
        if (late is not null) Summarize(metric);
        Save(metric);
    }

    // Writes the buckets that the newest step has left behind since an older one.
    private void Close(Known metric, long older)
    {
        for (int level = 0; level < Pyramid.Levels; level++)
        {
            long from = Pyramid.Bucket(older, level), to = Pyramid.Bucket(metric.LastStep, level);
            if (from >= to) return;
            Build(metric, level, from, to);
        }
    }

    // The buckets above a late value, as far as they had been written when its metric was at that step.
    private void Rebuild(Known metric, long bucket, long before)
    {
        for (int level = 0; level < Pyramid.Levels; level++)
        {
            long at = Pyramid.Bucket(Pyramid.Start(bucket, 0), level);
            if (at >= Pyramid.Bucket(before, level)) return;
            Build(metric, level, at, at + 1);
        }
    }

    private void Build(Known metric, int level, long from, long to)
    {
        var built = new List<(long Bucket, Reduction Values)>();
        IEnumerable<(long, Reduction)> pieces = level == 0
            ? _reader.Pieces(metric.Id, -1, Pyramid.Start(from, 0), Pyramid.Start(to, 0), long.MaxValue).Select(p => (Pyramid.Bucket(p.Start, 0), p.Values))
            : _reader.Buckets(metric.Id, level - 1, Pyramid.Bucket(Pyramid.Start(from, level), level - 1), Pyramid.Bucket(Pyramid.Start(to, level), level - 1))
                .Select(b => (Pyramid.Bucket(Pyramid.Start(b.Bucket, level - 1), level), b.Values));
        foreach ((long bucket, Reduction values) in pieces)
        {
            if (built.Count == 0 || built[^1].Bucket != bucket) built.Add((bucket, default));
            Reduction sum = built[^1].Values;
            sum.Add(values);
            built[^1] = (bucket, sum);
        }
        foreach ((long bucket, Reduction v) in built)
        {
            double? N(double value) => v.HasNumber ? value : null;
            Run(_bucket, metric.Id, level, bucket, v.Count, v.NotANumber, v.FirstStep, N(v.First), v.LastStep, N(v.Last), v.MinStep, N(v.Min), v.MaxStep, N(v.Max));
        }
    }

    // From the pyramid and the newest points, instead of from all points.
    private void Summarize(Known metric)
    {
        var all = default(Reduction);
        double last = double.NaN;
        foreach ((_, Reduction piece) in _reader.Pieces(metric.Id, Pyramid.Levels - 1, long.MinValue >> 1, metric.LastStep + 1, metric.LastStep)) all.Add(piece);
        foreach ((_, double value) in _reader.Points(metric.Id, metric.LastStep, metric.LastStep + 1)) last = value;
        (metric.Count, metric.NotANumber, metric.Last, metric.Min, metric.Max) = (all.Count, all.NotANumber, last, all.HasNumber ? all.Min : double.NaN, all.HasNumber ? all.Max : double.NaN);
    }

    private void Save(Known metric) => Run(_summary, metric.Id, metric.Count, metric.NotANumber, metric.LastStep, Maybe(metric.Last), Maybe(metric.Min), Maybe(metric.Max));

    private Known Create(string name)
    {
        (_create.Parameters[0].Value, _create.Parameters[1].Value) = (_run, name);
        return _known[name] = new Known { Id = (long)_create.ExecuteScalar()!, Name = name };
    }

    private void Load()
    {
        using SqliteCommand command = Prepare("SELECT Id, Name, Count, NotANumber, LastStep, Last, Min, Max FROM Metrics WHERE RunId = $0", 1);
        command.Parameters[0].Value = _run;
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            double Value(int column) => row.IsDBNull(column) ? double.NaN : row.GetDouble(column);
            _known[row.GetString(1)] = new Known { Id = row.GetInt64(0), Name = row.GetString(1), Count = row.GetInt64(2), NotANumber = row.GetInt64(3), LastStep = row.GetInt64(4), Last = Value(5), Min = Value(6), Max = Value(7) };
        }
    }

    private SqliteCommand Prepare(string text, int parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.Transaction = _transaction;
        command.CommandText = text;
        for (int i = 0; i < parameters; i++) command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        return command;
    }

    private static int Run(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (int i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return command.ExecuteNonQuery();
    }

    private static object Number(double value) => double.IsNaN(value) ? DBNull.Value : value;

    private static double? Maybe(double value) => double.IsNaN(value) ? null : value;

    private sealed class Known
    {
        public required long Id { get; init; }

        public required string Name { get; init; }

        public long Count { get; set; }

        public long NotANumber { get; set; }

        public long LastStep { get; set; }

        public double Last { get; set; } = double.NaN;

        public double Min { get; set; } = double.NaN;

        public double Max { get; set; } = double.NaN;

        public void Append(long step, double value)
        {
            (LastStep, Last) = (step, value);
            Count++;
            if (double.IsNaN(value)) NotANumber++;
            else (Min, Max) = (Count - NotANumber == 1 ? value : Math.Min(Min, value), Count - NotANumber == 1 ? value : Math.Max(Max, value));
        }
    }
}
