using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using RIL.Web.Data;

namespace RIL.Web.Runs.Live;

/// <summary>Finds what somebody has missed who names the last event and the last step of a run that arrived.</summary>
public sealed class RunGaps(IDbContextFactory<RilDb> databases, SqliteConnections connections, RunFeed feed)
{
    private const int MostValues = 20_000, MostCompletions = 20_000, MostLines = 500;

    /// <summary>What came after; null where there is no such run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="lastEvent">The last event that arrived; null = only where the run is now.</param>
    /// <param name="lastStep">The last step whose values arrived.</param>
    /// <param name="wanted">Says which metrics are asked for.</param>
    public async Task<RunUpdate?> Find(string runId, long? lastEvent, long? lastStep, Func<string, bool> wanted)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        // The rewinds are asked for first: one that comes meanwhile is told by the feed.
        long? rewound = lastEvent is { } known ? feed.RewoundSince(runId, known) : null;
        Run? run = await db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == runId);
        if (run is null) return null;
        RunUpdate now = RunUpdate.Of(run);
        if (lastEvent is not { } after || after == run.LastEvent) return now;
        // Numbers that this run never had: of a database that was put back, say.
        if (after > run.LastEvent) return now with { Gap = RunHistories.All, Checkpoints = true, RewoundTo = -1 };

        long from = lastStep ?? -1;
        if (from > run.Step) rewound = Math.Min(rewound ?? run.Step, run.Step);
        // The last step itself once more: its validation may have come in a later event.
        (List<LiveValue> values, List<LiveStep> steps) = Values(runId, Math.Min(from, (rewound ?? long.MaxValue - 1) + 1), wanted);
        long[] completions = await db.CompletionSteps.Where(c => c.RunId == runId && c.Step >= Math.Min(from, rewound ?? from)).OrderBy(c => c.Step).Select(c => c.Step).Take(MostCompletions + 1).ToArrayAsync();
        List<RunLogLine> log = await db.RunLogLines.AsNoTracking().Where(l => l.RunId == runId && l.Number > after).OrderBy(l => l.Number).Take(MostLines + 1).ToListAsync();
        RunHistories gap = RunHistories.None;
        if (values.Count > MostValues) (gap, values, steps) = (gap | RunHistories.Metrics, [], []);
        if (completions.Length > MostCompletions) (gap, completions) = (gap | RunHistories.Completions, []);
        if (log.Count > MostLines) (gap, log) = (gap | RunHistories.Log, []);
        return now with { Values = values, Steps = steps, CompletionSteps = completions, Log = log, Checkpoints = true, RewoundTo = rewound, Gap = gap };
    }

    private (List<LiveValue> Values, List<LiveStep> Steps) Values(string runId, long from, Func<string, bool> wanted)
    {
        using SqliteConnection connection = connections.Open();
        var values = new List<LiveValue>();
        var metrics = new List<(long Id, string Name)>();
        using (SqliteCommand names = connection.CreateCommand())
        {
            names.CommandText = "SELECT Id, Name FROM Metrics WHERE RunId = $run AND LastStep >= $from";
            names.Parameters.AddWithValue("$run", runId);
            names.Parameters.AddWithValue("$from", from);
            using SqliteDataReader reader = names.ExecuteReader();
            while (reader.Read()) if (wanted(reader.GetString(1))) metrics.Add((reader.GetInt64(0), reader.GetString(1)));
        }
        using SqliteCommand points = connection.CreateCommand();
        points.CommandText = "SELECT Step, Value FROM MetricPoints WHERE MetricId = $metric AND Step >= $from ORDER BY Step LIMIT $most";
        SqliteParameter metric = points.Parameters.Add("$metric", SqliteType.Integer);
        points.Parameters.AddWithValue("$from", from);
        points.Parameters.AddWithValue("$most", MostValues + 1);
        foreach ((long id, string name) in metrics)
        {
            metric.Value = id;
            using SqliteDataReader reader = points.ExecuteReader();
            while (reader.Read()) values.Add(new LiveValue(name, reader.GetInt64(0), reader.IsDBNull(1) ? double.NaN : reader.GetDouble(1)));
            if (values.Count > MostValues) return (values, []);
        }
        var steps = new List<LiveStep>();
        if (values.Count == 0) return (values, steps);
        using SqliteCommand axis = connection.CreateCommand();
        axis.CommandText = "SELECT Step, Time, Tokens FROM RunSteps WHERE RunId = $run AND Step >= $from ORDER BY Step LIMIT $most";
        axis.Parameters.AddWithValue("$run", runId);
        axis.Parameters.AddWithValue("$from", from);
        axis.Parameters.AddWithValue("$most", MostValues);
        using SqliteDataReader row = axis.ExecuteReader();
        while (row.Read()) steps.Add(new LiveStep(row.GetInt64(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)), row.IsDBNull(2) ? null : row.GetDouble(2)));
        return (values, steps);
    }
}
