using System.Globalization;
using Microsoft.Data.Sqlite;
using RIL.Training.Runs;
using RIL.Web.Runs.Ingest;

namespace RIL.Tests.Web.Jobs;

/// <summary>All that the database says of a run, to be compared with what its folder says and with another run of the same settings.</summary>
internal sealed record StoredRun(IReadOnlyList<RunEvent> Events, long LastEvent, string[] Log, string[] Checkpoints, string[] Completions, string[] Stages, string[] Points, string[] Summaries, string[] Steps, string Closing)
{
    // Speeds and memory differ from run to run.
    private static readonly string[] Clock = ["timing_s/", "step_time", "perf/", "system/"];

    public static StoredRun Read(string database, string id, string folder)
    {
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=False;Default Timeout=30");
        connection.Open();
        string[] Rows(string sql)
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = sql.Replace("$id", $"'{id}'", StringComparison.Ordinal);
            using SqliteDataReader reader = command.ExecuteReader();
            var rows = new List<string>();
            while (reader.Read()) rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.IsDBNull(i) ? null : reader.GetValue(i), CultureInfo.InvariantCulture))));
            return [.. rows];
        }

        return new StoredRun(
            [.. RunEvents.Read(new RunFolder(folder).Events)],
            long.Parse(Rows("SELECT LastEvent FROM Runs WHERE Id = $id")[0], CultureInfo.InvariantCulture),
            Rows("SELECT Number, Kind, Level FROM RunLogLines WHERE RunId = $id ORDER BY Number"),
            Rows("SELECT Step, Folder FROM RunCheckpoints WHERE RunId = $id ORDER BY Step"),
            Rows("SELECT Step, File, Rows FROM CompletionSteps WHERE RunId = $id ORDER BY Step"),
            [.. StageHistory.Read(Rows("SELECT Stages FROM Runs WHERE Id = $id")[0]).Select(s => $"{s.Name}|{s.Total}|{s.Step}|{s.EndedAt is not null}|{string.Join(',', s.Results.OrderBy(r => r.Key, StringComparer.Ordinal))}")],
            [.. Rows("SELECT m.Name, p.Step, p.Value FROM MetricPoints p JOIN Metrics m ON m.Id = p.MetricId WHERE m.RunId = $id ORDER BY m.Name, p.Step").Where(NoClock)],
            [.. Rows("SELECT Name, Count, NotANumber, LastStep, Last, Min, Max FROM Metrics WHERE RunId = $id ORDER BY Name").Where(NoClock)],
            Rows("SELECT Step, Tokens FROM RunSteps WHERE RunId = $id ORDER BY Step"),
            Rows("SELECT Summary FROM Runs WHERE Id = $id")[0]);
    }

    /// <summary>Nothing is lost and nothing is there that the events, without those that a resumption made void, do not say.</summary>
    public void AssertIsWhatItsEventsSay()
    {
        Assert.Equal(Enumerable.Range(1, Events.Count).Select(n => (long)n), Events.Select(e => e.Number));
        Assert.Equal(Events.Count, LastEvent);
        IReadOnlyList<RunEvent> current = RunEvents.Current(Events);
        // That it ended and went on has happened, whatever was repeated.
        IEnumerable<RunEvent> told = current.Concat(Events.Where(e => e is ResumedEvent or FinishedEvent or FailedEvent)).DistinctBy(e => e.Number).OrderBy(e => e.Number);
        Assert.Equal(told.Select(e => EventSentences.Of("", e, 0)).OfType<RIL.Web.Runs.RunLogLine>().Select(l => $"{l.Number}|{l.Kind}|{l.Level}"), Log);
        Assert.Equal(current.OfType<CheckpointEvent>().Select(c => $"{c.Step}|{c.Folder}").Distinct().OrderBy(c => long.Parse(c.Split('|')[0], CultureInfo.InvariantCulture)), Checkpoints);
        Assert.Equal(current.OfType<CompletionsEvent>().Select(c => $"{c.Step}|{c.File}|{c.Rows}"), Completions);
        Assert.Equal(current.OfType<StageEvent>().Select(s => $"{s.Stage}|{s.Total}"), Stages.Select(s => string.Join('|', s.Split('|')[..2])));
        var points = new SortedDictionary<(string Name, long Step), double>(Comparer<(string Name, long Step)>.Create((a, b) => string.CompareOrdinal(a.Name, b.Name) is not 0 and var order ? order : a.Step.CompareTo(b.Step)));
        foreach (MetricsEvent metrics in current.OfType<MetricsEvent>())
            foreach ((string name, double value) in metrics.Metrics.Concat(metrics.Timing ?? new Dictionary<string, double>())) points[(name, metrics.Step)] = value;
        Assert.Equal(points.Select(p => $"{p.Key.Name}|{p.Key.Step}|{Convert.ToString(p.Value, CultureInfo.InvariantCulture)}").Where(NoClock), Points);
    }

    /// <summary>What was measured, kept and came of it is the same; a run that was paused has a checkpoint more.</summary>
    public void AssertMeasuredTheSameAs(StoredRun calm)
    {
        Assert.True(calm.Points.Length > 100, $"{calm.Points.Length} values");
        Assert.Equal(calm.Points, Points);
        Assert.Equal(calm.Summaries, Summaries);
        Assert.Equal(calm.Steps, Steps);
        Assert.Equal(calm.Completions, Completions);
        Assert.Equal(calm.Stages, Stages);
        Assert.Equal(calm.Closing, Closing);
        Assert.Empty(calm.Checkpoints.Except(Checkpoints));
    }

    private static bool NoClock(string row) => !Clock.Any(c => row.StartsWith(c, StringComparison.Ordinal));
}
