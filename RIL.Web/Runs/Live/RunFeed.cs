using System.Collections.Concurrent;

namespace RIL.Web.Runs.Live;

/// <summary>
/// Hands news of runs to whoever watches, at most four times a second each. A reader that is slow gets one joined update a run, bounded in size, never a queue that grows.
/// </summary>
public sealed class RunFeed(TimeProvider clock, ILogger<RunFeed> log)
{
    private readonly ConcurrentDictionary<Subscription, bool> _subscriptions = new();
    private readonly RewindMemory _rewinds = new();

    /// <summary>Time between two deliveries to one reader.</summary>
    public static TimeSpan Pace { get; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Readers now.</summary>
    public int Readers => _subscriptions.Count;

    /// <summary>Tells everybody who watches this run. Call it after the news is stored.</summary>
    public void Publish(RunUpdate update)
    {
        if (update.RewoundTo is { } step) _rewinds.Add(update.RunId, update.LastEvent, step);
        foreach (Subscription subscription in _subscriptions.Keys) subscription.Offer(update);
    }

    /// <summary>The smallest step to which a run went back after an event; null where it did not. Known for as long as the site runs.</summary>
    public long? RewoundSince(string runId, long lastEvent) => _rewinds.Since(runId, lastEvent);

    /// <summary>Watches one run, or all where <paramref name="runId"/> is null, until disposed. Updates of one subscription come one after the other.</summary>
    public IDisposable Subscribe(string? runId, Func<RunUpdate, Task> receive) => Subscribe(
        update => runId is null || update.RunId == runId ? update : null,
        async updates => { foreach (RunUpdate update in updates) await receive(update); });

    /// <summary>Watches what <paramref name="choose"/> makes of each update (null = nothing), until disposed; deliveries come one after the other, with one update a run in each.</summary>
    public IDisposable Subscribe(Func<RunUpdate, RunUpdate?> choose, Func<IReadOnlyList<RunUpdate>, Task> receive)
    {
        var subscription = new Subscription(this, choose, receive);
        _subscriptions[subscription] = true;
        return subscription;
    }

    private sealed class Subscription(RunFeed feed, Func<RunUpdate, RunUpdate?> choose, Func<IReadOnlyList<RunUpdate>, Task> receive) : IDisposable
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<string, PendingUpdate> _pending = [];
        private bool _delivering, _disposed;

        public void Offer(RunUpdate news)
        {
            if (choose(news) is not { } update) return;
            lock (_lock)
            {
                if (_disposed) return;
                if (_pending.TryGetValue(update.RunId, out PendingUpdate? pending)) pending.Join(update);
                else _pending[update.RunId] = new PendingUpdate(update);
                if (_delivering) return;
                _delivering = true;
            }
            _ = Task.Run(Deliver);
        }

        public void Dispose()
        {
            feed._subscriptions.TryRemove(this, out _);
            lock (_lock) _disposed = true;
        }

        private async Task Deliver()
        {
            while (true)
            {
                RunUpdate[] updates;
                lock (_lock)
                {
                    if (_disposed || _pending.Count == 0)
                    {
                        _delivering = false;
                        return;
                    }
                    updates = [.. _pending.Values.Select(p => p.Take())];
                    _pending.Clear();
                }
                try
                {
                    await receive(updates);
                }
                catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or IOException or Microsoft.JSInterop.JSDisconnectedException)
                {
                    // The reader has left.
                    Dispose();
                    return;
                }
                catch (Exception e)
                {
                    // A reader's fault is not the other readers' and not the publisher's.
                    feed.Failed(e);
                }
                await Task.Delay(Pace, feed.Clock);
            }
        }
    }

    private TimeProvider Clock { get; } = clock;

    private void Failed(Exception e) => log.LogError(e, "A reader of live updates failed; it gets the next one.");
}
