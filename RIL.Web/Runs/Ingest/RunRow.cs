using Microsoft.Data.Sqlite;
using RIL.Training.Runs;
using RIL.Web.Runs.Live;
using System.Text.Json;

namespace RIL.Web.Runs.Ingest;

/// <summary>The columns of a run that its events write.</summary>
internal sealed class RunRow
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private string? _stage, _summary;
    private long _stageStep, _step;
    private long? _stageTotal;
    private double? _left;
    private List<RunStage> _stages = [];

    public required string Id { get; init; }

    public long Fence { get; private init; }

    public RunState State { get; private init; }

    public string? Reason { get; private init; }

    public long Version { get; private init; }

    public long LastEvent { get; set; }

    public long Offset { get; set; }

    public RunProgress Progress => new(State, Reason, _stage, _stageStep, _stageTotal, _left, _step);

    public static RunRow? Read(SqliteConnection connection, SqliteTransaction? transaction, string id)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT Fence, State, Reason, LastEvent, EventsOffset, Stage, StageStep, StageTotal, LeftSeconds, Step, Summary, Stages, Version FROM Runs WHERE Id = $id";
        command.Parameters.AddWithValue("$id", id);
        using SqliteDataReader row = command.ExecuteReader();
        if (!row.Read()) return null;
        return new RunRow
        {
            Id = id,
            Fence = row.GetInt64(0),
            State = Enum.Parse<RunState>(row.GetString(1)),
            Reason = Text(row, 2),
            LastEvent = row.GetInt64(3),
            Offset = row.GetInt64(4),
            _stage = Text(row, 5),
            _stageStep = row.GetInt64(6),
            _stageTotal = row.IsDBNull(7) ? null : row.GetInt64(7),
            _left = row.IsDBNull(8) ? null : row.GetDouble(8),
            _step = row.GetInt64(9),
            _summary = Text(row, 10),
            _stages = StageHistory.Read(Text(row, 11)),
            Version = row.GetInt64(12),
        };
    }

    /// <summary>As if no event had come.</summary>
    public void Clear()
    {
        (_stage, _stageStep, _stageTotal, _left, _step, _summary, _stages) = (null, 0, null, null, 0, null, []);
        (LastEvent, Offset) = (0, 0);
    }

    /// <summary>Events after a resumption's checkpoint are void, and so are the results that they brought.</summary>
    /// <param name="resumed">The resumption.</param>
    /// <param name="newest">The newest number of a metric after a step and up to another.</param>
    public void Rewind(ResumedEvent resumed, Func<string, long, long, (double Value, long Step)?> newest)
    {
        _stages.RemoveAll(s => s.Event > resumed.From);
        if (_stages.Count > 0)
        {
            RunStage last = _stages[^1];
            _stages[^1] = last.With(
                from r in last.ResultsWithSteps()
                let stays = r.Value.Step <= resumed.Step ? r.Value : newest(r.Key, last.Step, resumed.Step)
                where stays is not null
                select KeyValuePair.Create(r.Key, stays.Value)) with { EndedAt = null };
        }
        RunStage? now = _stages.LastOrDefault();
        (_stage, _stageTotal, _left, _summary, _step) = (now?.Name, now?.Total, null, null, resumed.Step);
        _stageStep = now is null ? 0 : Math.Max(0, resumed.Step - now.Step);
    }

    public void Apply(EventBatch batch)
    {
        foreach ((RunEvent happened, long reached) in batch.Others)
        {
            _step = Math.Max(_step, reached);
            Apply(happened);
        }
        if (batch.Steps.Count > 0) _step = Math.Max(_step, batch.Steps.Keys.Last());
        foreach (var news in batch.Results.GroupBy(r => r.Key.Stage))
        {
            int at = _stages.FindLastIndex(s => s.Name == news.Key);
            if (at < 0) continue;
            Dictionary<string, (double, long)> results = _stages[at].ResultsWithSteps();
            foreach (((_, string metric), (double, long) result) in news) results[metric] = result;
            _stages[at] = _stages[at].With(results);
        }
        LastEvent = batch.Last;
    }

    public void Write(SqliteConnection connection, SqliteTransaction transaction)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """
            UPDATE Runs SET Stage = $stage, StageStep = $stageStep, StageTotal = $stageTotal, LeftSeconds = $left, Step = $step, Summary = $summary, Stages = $stages, LastEvent = $last, EventsOffset = $offset
            WHERE Id = $id
            """;
        command.Parameters.AddWithValue("$stage", _stage ?? (object)DBNull.Value);
        command.Parameters.AddWithValue("$stageStep", _stageStep);
        command.Parameters.AddWithValue("$stageTotal", _stageTotal ?? (object)DBNull.Value);
        command.Parameters.AddWithValue("$left", _left ?? (object)DBNull.Value);
        command.Parameters.AddWithValue("$step", _step);
        command.Parameters.AddWithValue("$summary", _summary ?? (object)DBNull.Value);
        command.Parameters.AddWithValue("$stages", StageHistory.Write(_stages));
        command.Parameters.AddWithValue("$last", LastEvent);
        command.Parameters.AddWithValue("$offset", Offset);
        command.Parameters.AddWithValue("$id", Id);
        command.ExecuteNonQuery();
    }

    private void Apply(RunEvent happened)
    {
        switch (happened)
        {
            case StageEvent stage:
                End(stage.Time);
                _stages.Add(new RunStage(stage.Stage, stage.Total, stage.Number, _step, stage.Time, null, new Dictionary<string, double>()));
                (_stage, _stageStep, _stageTotal, _left) = (stage.Stage, 0, stage.Total, null);
                break;
            case ProgressEvent progress:
                (_stage, _stageStep, _stageTotal) = (progress.Stage, progress.Step, progress.Total);
                _left = progress.Timing?.TryGetValue("left_s", out double left) == true && double.IsFinite(left) ? left : null;
                break;
            case CompletionsEvent completions:
                _step = Math.Max(_step, completions.Step);
                break;
            case CheckpointEvent checkpoint:
                _step = Math.Max(_step, checkpoint.Step);
                break;
            case FinishedEvent finished:
                if (finished.State == "completed") End(finished.Time);
                if (finished.Summary is not null) _summary = JsonSerializer.Serialize(finished.Summary, Json);
                _left = null;
                break;
            case FailedEvent:
                _left = null;
                break;
        }
    }

    private void End(DateTimeOffset time)
    {
        if (_stages.Count > 0 && _stages[^1].EndedAt is null) _stages[^1] = _stages[^1] with { EndedAt = time };
    }

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
