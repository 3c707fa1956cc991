using Microsoft.Data.Sqlite;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Runs.Live;

namespace RIL.Web.Runs.Ingest;

/// <summary>
/// Takes what a run's trainer wrote into its folder over into the database. The position in the file is stored in the same transaction as what was read up to it: whoever is killed at whatever moment,
/// every event is stored once. Only the holder of the run's lease may store; the fence is compared inside the transaction.
/// </summary>
public sealed class EventIngest(Storage storage, SqliteConnections connections, WriteGate gate, RunFeed feed)
{
    // More than this at once is read from the history, not sent to every reader.
    private const int MostLiveValues = 20_000;

    // Removed in one transaction; then others write.
    private const int RowsATime = 20_000;

    /// <summary>Stores the next events of a run, some thousands at most. Throws <see cref="LeaseLostException"/> where the fence is not the run's.</summary>
    public async Task<IngestResult> Advance(string runId, long fence, CancellationToken cancellation = default)
    {
        string file = new RunFolder(storage.Run(runId)).Events;
        while (true)
        {
            RunRow seen = Owned(null, runId, fence);
            EventFile.Part? part = EventFile.Read(file, seen.Offset, seen.LastEvent, cancellation);
            // A file that is shorter than what was read of it lost its end to a power cut, or is another one: what it holds now is the truth.
            bool anew = part is null;
            part ??= EventFile.Read(file, 0, 0, cancellation)!;
            if (part.Batch.Events == 0 && !anew) return Result(part, seen, Line(runId, seen.LastEvent));
            RunReturn? back = anew ? RunReturn.ToNothing : part.Batch.Resumed is { } resumed ? RunReturn.To(resumed) : null;
            // Until all that is void is gone, the position stays: whoever comes after a kill in between sees the same sign in the file, and goes on.
            for (bool more = back is not null; more;)
                using (await gate.Enter(cancellation)) more = Rewind(seen, back!.Value, fence);
            IngestResult? result;
            RunUpdate? news = null;
            using (await gate.Enter(cancellation)) result = Store(seen, part, back, fence, out news);
            if (result is null) continue; // a step of the same holder was faster
            feed.Publish(news!);
            return result;
        }
    }

    /// <summary>Stores all that the file holds now.</summary>
    public async Task<IngestResult> Finish(string runId, long fence, CancellationToken cancellation = default)
    {
        while (true)
        {
            IngestResult result = await Advance(runId, fence, cancellation);
            if (!result.More) return result;
        }
    }

    // Removes a part of what is void; false once nothing of it is left.
    private bool Rewind(RunRow seen, RunReturn back, long fence)
    {
        using SqliteConnection connection = connections.Open();
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        RunRow row = Owned((connection, transaction), seen.Id, fence);
        if ((row.Offset, row.LastEvent) != (seen.Offset, seen.LastEvent)) return false;
        int left = RowsATime;
        using (var metrics = new MetricWriter(connection, transaction, row.Id)) metrics.Rewind(back.Step, ref left);
        new RunRecords(connection, transaction, row.Id).Rewind(back, ref left);
        transaction.Commit();
        return left <= 0;
    }

    private IngestResult? Store(RunRow seen, EventFile.Part part, RunReturn? back, long fence, out RunUpdate? news)
    {
        news = null;
        using SqliteConnection connection = connections.Open();
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        RunRow row = Owned((connection, transaction), seen.Id, fence);
        if ((row.Offset, row.LastEvent) != (seen.Offset, seen.LastEvent)) return null;

        var records = new RunRecords(connection, transaction, row.Id);
        using var metrics = new MetricWriter(connection, transaction, row.Id);
        EventBatch batch = part.Batch;
        if (back?.Anew == true) row.Clear();
        if (batch.Resumed is { } resumed) row.Rewind(resumed, metrics.Newest);
        var log = new List<RunLogLine>();
        if (batch.Events > 0)
        {
            metrics.Add(batch.Columns);
            row.Apply(batch);
            records.Steps(batch.Steps);
            log.AddRange(batch.Others.Select(e => EventSentences.Of(row.Id, e.Happened, row.Progress.Step)).OfType<RunLogLine>());
            records.Log(log);
            records.Completions(batch.Others.Select(e => e.Happened).OfType<CompletionsEvent>());
            records.Checkpoints(batch.Others.Select(e => e.Happened).OfType<CheckpointEvent>());
        }
        row.Offset = part.End;
        row.Write(connection, transaction);
        (string, string)? last = records.Line(row.LastEvent);
        transaction.Commit();
        news = News(row, batch, log, back?.Told);
        return Result(part, row, last);
    }

    private RunUpdate News(RunRow row, EventBatch batch, IReadOnlyList<RunLogLine> log, long? rewound)
    {
        bool much = batch.Values > MostLiveValues;
        bool watched = feed.Readers > 0 && !much;
        return new RunUpdate(
            row.Id, row.LastEvent, row.Progress,
            watched ? [.. batch.Columns.SelectMany(c => c.Values.Select(v => new LiveValue(c.Name, v.Step, v.Value)))] : [],
            [.. batch.Others.Select(e => e.Happened).OfType<CompletionsEvent>().Select(c => c.Step)], log, batch.Others.Any(e => e.Happened is CheckpointEvent) || rewound is not null, rewound,
            watched ? [.. batch.Steps.Select(s => new LiveStep(s.Key, s.Value.Time, s.Value.Tokens))] : [], much ? RunHistories.Metrics : RunHistories.None, row.Version);
    }

    private RunRow Owned((SqliteConnection Connection, SqliteTransaction Transaction)? inside, string runId, long fence)
    {
        RunRow? row;
        if (inside is { } open) row = RunRow.Read(open.Connection, open.Transaction, runId);
        else using (SqliteConnection connection = connections.Open()) row = RunRow.Read(connection, null, runId);
        return row?.Fence == fence ? row : throw new LeaseLostException(runId, fence);
    }

    private (string Kind, string Text)? Line(string runId, long number)
    {
        if (number == 0) return null;
        using SqliteConnection connection = connections.Open();
        return new RunRecords(connection, null, runId).Line(number);
    }

    private static IngestResult Result(EventFile.Part part, RunRow row, (string Kind, string Text)? last) =>
        new(part.Batch.Events, part.Batch.Values, row.LastEvent, part.More, last is { } line ? EventSentences.Ending(line.Kind) : null, last is { } said && EventSentences.Ending(said.Kind) is not null ? said.Text : null);
}
