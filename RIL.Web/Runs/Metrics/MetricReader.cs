using Microsoft.Data.Sqlite;

namespace RIL.Web.Runs.Metrics;

/// <summary>Points and buckets of metrics through prepared commands of one connection.</summary>
internal sealed class MetricReader : IDisposable
{
    private readonly SqliteCommand _points, _buckets;

    public MetricReader(SqliteConnection connection, SqliteTransaction? transaction = null)
    {
        _points = Prepare("SELECT Step, Value FROM MetricPoints WHERE MetricId = $metric AND Step >= $from AND Step < $to ORDER BY Step", "$metric", "$from", "$to");
        _buckets = Prepare(
            "SELECT Bucket, Count, NotANumber, FirstStep, First, LastStep, Last, MinStep, Min, MaxStep, Max FROM MetricBuckets WHERE MetricId = $metric AND Level = $level AND Bucket >= $from AND Bucket < $to ORDER BY Bucket",
            "$metric", "$from", "$to", "$level");

        SqliteCommand Prepare(string text, params string[] names)
        {
            SqliteCommand command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = text;
            foreach (string name in names) command.Parameters.Add(name, SqliteType.Integer);
            command.Prepare();
            return command;
        }
    }

    /// <summary>Values with their steps in [from, to).</summary>
    public IEnumerable<(long Step, double Value)> Points(long metric, long from, long to)
    {
        (_points.Parameters[0].Value, _points.Parameters[1].Value, _points.Parameters[2].Value) = (metric, from, to);
        using SqliteDataReader row = _points.ExecuteReader();
        while (row.Read()) yield return (row.GetInt64(0), row.IsDBNull(1) ? double.NaN : row.GetDouble(1));
    }

    /// <summary>Buckets of a level in [from, to), counted in buckets.</summary>
    public IEnumerable<(long Bucket, Reduction Values)> Buckets(long metric, int level, long from, long to)
    {
        (_buckets.Parameters[0].Value, _buckets.Parameters[1].Value, _buckets.Parameters[2].Value, _buckets.Parameters[3].Value) = (metric, from, to, level);
        using SqliteDataReader row = _buckets.ExecuteReader();
        while (row.Read())
        {
            var values = new Reduction { Count = row.GetInt32(1), NotANumber = row.GetInt32(2), FirstStep = row.GetInt64(3), LastStep = row.GetInt64(5), MinStep = row.GetInt64(7), MaxStep = row.GetInt64(9) };
            if (values.HasNumber) (values.First, values.Last, values.Min, values.Max) = (row.GetDouble(4), row.GetDouble(6), row.GetDouble(8), row.GetDouble(10));
            // The bucket does not say where in it: its own start stands for it.
            if (values.NotANumber > 0) values.NotANumberStep = Pyramid.Start(row.GetInt64(0), level);
            yield return (row.GetInt64(0), values);
        }
    }

    /// <summary>Pieces of [from, to) in order, each with the step at which it begins; coarser than a point only where <paramref name="level"/> allows it. See <see cref="Pyramid.Cover"/>.</summary>
    public IEnumerable<(long Start, Reduction Values)> Pieces(long metric, int level, long from, long to, long last)
    {
        foreach ((int k, long start, long end) in Pyramid.Cover(level, from, to, last))
        {
            if (k >= 0)
            {
                foreach ((long bucket, Reduction values) in Buckets(metric, k, Pyramid.Bucket(start, k), Pyramid.Bucket(end, k))) yield return (Pyramid.Start(bucket, k), values);
                continue;
            }
            foreach ((long step, double value) in Points(metric, start, end))
            {
                var single = default(Reduction);
                single.Add(step, value);
                yield return (step, single);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _points.Dispose();
        _buckets.Dispose();
    }
}
