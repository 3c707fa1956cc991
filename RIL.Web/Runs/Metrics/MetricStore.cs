using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using RIL.Web.Data;

namespace RIL.Web.Runs.Metrics;

/// <summary>Reads metrics of runs: their summaries for tables, their course for charts.</summary>
public sealed class MetricStore(IDbContextFactory<RilDb> databases, SqliteConnections connections)
{
    /// <summary>Pieces into which a range is reduced where nobody says how many.</summary>
    public const int DefaultBuckets = 1000;

    /// <summary>Pieces at most.</summary>
    public const int MostBuckets = 20_000;

    /// <summary>All metrics of a run by name, with count, newest, smallest and largest value.</summary>
    public async Task<IReadOnlyList<MetricSummary>> Summaries(string runId)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        return await db.Metrics.AsNoTracking().Where(m => m.RunId == runId).OrderBy(m => m.Name).ToListAsync();
    }

    /// <summary>The course of a metric.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="metric">Its name.</param>
    /// <param name="from">First step; null = the first there is.</param>
    /// <param name="to">Last step; null = the newest.</param>
    /// <param name="buckets">Pieces that a chart has room for.</param>
    public MetricSeries Read(string runId, string metric, long? from = null, long? to = null, int buckets = DefaultBuckets) => Read(runId, [metric], from, to, buckets)[0];

    /// <summary>The same for several metrics of a run, in their order, with a moving average where <paramref name="smooth"/>, the share of the past in it, is above 0.</summary>
    public IReadOnlyList<MetricSeries> Read(string runId, IReadOnlyList<string> metrics, long? from, long? to, int buckets, double smooth = 0)
    {
        buckets = Math.Clamp(buckets, 1, MostBuckets);
        using SqliteConnection connection = connections.Open();
        // One view of the data, however much is being written.
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: true);
        using var reader = new MetricReader(connection, transaction);
        using var reducer = new SeriesReducer(connection, transaction, reader, runId);
        return [.. metrics.Select(metric => reducer.Read(metric, from, to, buckets, smooth))];
    }

    /// <summary>Every value of a metric, however many, with time and tokens; read in parts, and nothing of the database is held while the caller is busy with one.</summary>
    public IEnumerable<SeriesPoint> All(string runId, string metric)
    {
        const int Most = 4096;
        long? next = null;
        while (true)
        {
            IReadOnlyList<SeriesPoint> points = Part(runId, metric, next, Most);
            foreach (SeriesPoint point in points) yield return point;
            if (points.Count < Most) yield break;
            next = points[^1].Step + 1;
        }
    }

    private IReadOnlyList<SeriesPoint> Part(string runId, string metric, long? from, int most)
    {
        using SqliteConnection connection = connections.Open();
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: true);
        using var reader = new MetricReader(connection, transaction);
        using var reducer = new SeriesReducer(connection, transaction, reader, runId);
        return reducer.Exact(metric, from, most);
    }
}
