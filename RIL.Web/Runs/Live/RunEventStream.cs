using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;

namespace RIL.Web.Runs.Live;

/// <summary>
/// A run's news as server-sent events for scripts: <c>progress</c>, <c>metrics</c>, <c>completions</c>, <c>log</c>, <c>checkpoints</c>, <c>rewound</c>, <c>gap</c>, and <c>end</c> when the run has ended.
/// The identifier of an event is "number of the run's last event - its step"; a client that names it in Last-Event-ID gets what it missed.
/// </summary>
public sealed class RunEventStream(RunFeed feed, RunGaps gaps, TimeProvider clock)
{
    /// <summary>Time after which a comment says that the connection lives.</summary>
    public static TimeSpan Heartbeat { get; } = TimeSpan.FromSeconds(15);

    private static readonly byte[] Comment = Encoding.UTF8.GetBytes(": still here\n\n");

    /// <summary>The position that a Last-Event-ID names.</summary>
    public static (long? Event, long? Step) Position(string? id)
    {
        string[] parts = id?.Split('-', 2) ?? [];
        long? number = parts.Length > 0 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long n) ? n : null;
        long? step = parts.Length > 1 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long s) ? s : null;
        return (number, step);
    }

    /// <summary>Whether nothing more comes by itself.</summary>
    public static bool Ended(RunState state) => state is RunState.Finished or RunState.Failed or RunState.Cancelled or RunState.Archived or RunState.Deleted;

    /// <summary>The events of a run from a position on.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="lastId">The identifier of the last event the client has.</param>
    /// <param name="heartbeats">Where comments go that keep the connection alive.</param>
    /// <param name="ends">Ends the stream in order: the site shuts down, and clients come back to the next one.</param>
    /// <param name="cancellation">The client has gone.</param>
    public async IAsyncEnumerable<SseItem<object>> Follow(string runId, string? lastId, Stream heartbeats, CancellationToken ends, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var news = Channel.CreateBounded<RunUpdate>(1);
        using IDisposable subscription = feed.Subscribe(runId, update => news.Writer.WriteAsync(update, done.Token).AsTask());
        try
        {
            (long? lastEvent, long? lastStep) = Position(lastId);
            RunUpdate? update = await gaps.Find(runId, lastEvent, lastStep, _ => true);
            while (update is not null)
            {
                foreach (SseItem<object> item in Items(update)) yield return item;
                if (Ended(update.Progress.State)) yield break;
                long sent = update.LastEvent;
                update = await Next(news.Reader, heartbeats, ends, done.Token) is { } next ? Since(next, sent) : null;
            }
        }
        finally
        {
            await done.CancelAsync();
        }
    }

    // What was published while the gap was read is in the gap already.
    private static RunUpdate Since(RunUpdate update, long sent) => update.LastEvent <= sent
        ? update with { Values = [], Steps = [], CompletionSteps = [], Log = [], RewoundTo = null, LastEvent = sent, Gap = RunHistories.None }
        : update with { Log = [.. update.Log.Where(l => l.Number > sent)] };

    // Null where no more is to come.
    private async Task<RunUpdate?> Next(ChannelReader<RunUpdate> news, Stream heartbeats, CancellationToken ends, CancellationToken cancellation)
    {
        Task<RunUpdate> next = news.ReadAsync(cancellation).AsTask();
        while (true)
        {
            try
            {
                return await next.WaitAsync(Heartbeat, clock, ends);
            }
            catch (OperationCanceledException) when (ends.IsCancellationRequested)
            {
                return null;
            }
            catch (TimeoutException)
            {
                // Nothing is being written while the next event is waited for.
                await heartbeats.WriteAsync(Comment, cancellation);
                await heartbeats.FlushAsync(cancellation);
            }
        }
    }

    private static IEnumerable<SseItem<object>> Items(RunUpdate update)
    {
        RunMessage message = RunMessage.Of(update);
        if (message.GapTooLarge) yield return new SseItem<object>(new { sentence = $"Too much has happened since: read the {string.Join(" and the ", message.ReadAgain).ToLowerInvariant()} again.", message.ReadAgain }, "gap");
        if (message.RewoundTo is { } step) yield return new SseItem<object>(new { to_step = step }, "rewound");
        if (message.Metrics.Count > 0) yield return new SseItem<object>(new { message.Metrics, message.Steps }, "metrics");
        foreach (RunLogLine line in message.Log) yield return new SseItem<object>(new { line.Number, line.Time, line.Level, line.Text }, "log");
        if (message.Completions.Count > 0) yield return new SseItem<object>(new { steps = message.Completions }, "completions");
        if (message.Checkpoints) yield return new SseItem<object>(new { changed = true }, "checkpoints");
        // The identifier comes last: who loses the connection before it gets all of this again.
        string id = string.Create(CultureInfo.InvariantCulture, $"{message.LastEvent}-{message.Progress.Step}");
        yield return new SseItem<object>(message.Progress, Ended(message.Progress.State) ? "end" : "progress") { EventId = id };
    }
}
