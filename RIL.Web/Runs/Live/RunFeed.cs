using System.Collections.Concurrent;

namespace RIL.Web.Runs.Live;

/// <summary>
/// Hands news of runs to whoever watches, at most four times a second each. A reader that is slow gets one joined update, bounded in size, never a queue that grows.
/// </summary>
public sealed class RunFeed(TimeProvider clock)
{
    private readonly ConcurrentDictionary<Subscription, bool> _subscriptions = new();

    /// <summary>Time between two updates to one reader.</summary>
    public static TimeSpan Pace { get; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Tells everybody who watches this run.</summary>
    public void Publish(RunUpdate update)
    {
        foreach (Subscription subscription in _subscriptions.Keys) subscription.Offer(update);
    }

    /// <summary>Watches one run, or all where <paramref name="runId"/> is null, until disposed. Updates of one subscription come one after the other.</summary>
    public IDisposable Subscribe(string? runId, Func<RunUpdate, Task> receive)
    {
        var subscription = new Subscription(this, runId, receive, clock);
        _subscriptions[subscription] = true;
        return subscription;
    }

    private sealed class Subscription(RunFeed feed, string? runId, Func<RunUpdate, Task> receive, TimeProvider clock) : IDisposable
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<string, PendingUpdate> _pending = [];
        private bool _delivering, _disposed;

        public void Offer(RunUpdate update)
        {
            if (runId is not null && runId != update.RunId) return;
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
                    foreach (RunUpdate update in updates) await receive(update);
                }
                catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or IOException)
                {
                    // The reader has left.
                    Dispose();
                    return;
                }
                await Task.Delay(Pace, clock);
            }
        }
    }
}
