using Microsoft.AspNetCore.SignalR;
using Microsoft.EntityFrameworkCore;
using RIL.Web.Data;

namespace RIL.Web.Runs.Live;

/// <summary>
/// Live news of runs at <c>/hubs/runs</c>. A client subscribes and gets the message <c>updates</c> with a list of <see cref="RunMessage"/>, one a run, at most four times a second.
/// After a reconnect it subscribes again with the last event and the last step it has; the answer holds what it missed.
/// </summary>
public sealed class RunHub(RunFeed feed, RunGaps gaps, IDbContextFactory<RilDb> databases, IHubContext<RunHub> hub) : Hub
{
    /// <summary>The message to clients.</summary>
    public const string Updates = "updates";

    /// <summary>Address of the hub.</summary>
    public const string Path = "/hubs/runs";

    private RunWatch Watch => (RunWatch)Context.Items[nameof(RunWatch)]!;

    /// <summary>Watches a run; the answer says where it is and what came after the last event named; null where there is no such run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="lastEvent">The last event the client has; null where it has none and reads history over HTTP.</param>
    /// <param name="lastStep">The last step whose values it has.</param>
    /// <param name="metrics">Names of the metrics it wants; null = all.</param>
    public async Task<RunMessage?> Subscribe(string runId, long? lastEvent, long? lastStep, string[]? metrics)
    {
        Watch.Add(runId, metrics);
        RunUpdate? missed = await gaps.Find(runId, lastEvent, lastStep, name => Watch.Wants(runId, name));
        if (missed is not null) return RunMessage.Of(missed);
        Watch.Remove(runId);
        return null;
    }

    /// <summary>Changes which metrics of a run are sent (null = all); says up to which event values of a new one may not have been sent, null where there is no such run.</summary>
    public async Task<long?> Choose(string runId, string[]? metrics)
    {
        Watch.Add(runId, metrics);
        await using RilDb db = await databases.CreateDbContextAsync();
        long? last = await db.Runs.Where(r => r.Id == runId).Select(r => (long?)r.LastEvent).FirstOrDefaultAsync();
        if (last is null) Watch.Remove(runId);
        return last;
    }

    /// <summary>Watches state and progress of all runs.</summary>
    public void SubscribeProject() => Watch.Project = true;

    /// <summary>Ceases to watch a run, or the project where <paramref name="runId"/> is null.</summary>
    public void Unsubscribe(string? runId)
    {
        if (runId is null) Watch.Project = false;
        else Watch.Remove(runId);
    }

    /// <inheritdoc/>
    public override Task OnConnectedAsync()
    {
        var watch = new RunWatch();
        string client = Context.ConnectionId;
        Context.Items[nameof(RunWatch)] = watch;
        // Sending waits while the client reads slowly; meanwhile the feed joins what comes.
        watch.Subscription = feed.Subscribe(watch.Choose, updates => hub.Clients.Client(client).SendAsync(Updates, updates.Select(RunMessage.Of).ToArray()));
        return base.OnConnectedAsync();
    }

    /// <inheritdoc/>
    public override Task OnDisconnectedAsync(Exception? exception)
    {
        Watch.Subscription?.Dispose();
        return base.OnDisconnectedAsync(exception);
    }
}
