using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.AspNetCore.SignalR;

namespace RIL.Web.Runs.Live;

/// <summary>What one connection watches.</summary>
internal sealed class RunWatch
{
    // More runs than this no page shows.
    private const int MostRuns = 200;

    private readonly ConcurrentDictionary<string, FrozenSet<string>?> _runs = new();

    public IDisposable? Subscription { get; set; }

    /// <summary>Whether state and progress of all runs are wanted.</summary>
    public bool Project { get; set; }

    /// <summary>Watches a run, or other metrics of it. Throws what the client is told where that is one too many.</summary>
    public void Add(string runId, string[]? metrics)
    {
        if (_runs.Count >= MostRuns && !_runs.ContainsKey(runId)) throw new HubException($"This connection watches {MostRuns} runs already; unsubscribe from one, or watch the project.");
        _runs[runId] = metrics?.ToFrozenSet(StringComparer.Ordinal);
    }

    public void Remove(string runId) => _runs.TryRemove(runId, out _);

    public bool Wants(string runId, string metric) => _runs.TryGetValue(runId, out FrozenSet<string>? metrics) && metrics?.Contains(metric) != false;

    /// <summary>The part of an update that is wanted.</summary>
    public RunUpdate? Choose(RunUpdate update)
    {
        if (!_runs.TryGetValue(update.RunId, out FrozenSet<string>? metrics)) return Project ? update with { Values = [], Steps = [], CompletionSteps = [], Log = [] } : null;
        return metrics is null ? update : update with { Values = [.. update.Values.Where(v => metrics.Contains(v.Metric))] };
    }
}
