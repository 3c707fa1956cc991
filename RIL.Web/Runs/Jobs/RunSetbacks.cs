using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace RIL.Web.Runs.Jobs;

/// <summary>For how long following a run has failed without a success, and from when on it is tried again: a fault that lasts must neither spin nor hold a slot for ever.</summary>
public sealed class RunSetbacks(IOptions<JobsOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250), Longest = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, Setback> _runs = new();

    /// <summary>Whether a run is left alone for a moment.</summary>
    public bool Rests(string runId) => _runs.TryGetValue(runId, out Setback? setback) && clock.GetUtcNow() < setback.Again;

    /// <summary>Counts a failure; true where it has failed for so long that the run is to be ended.</summary>
    public bool Add(string runId)
    {
        DateTimeOffset now = clock.GetUtcNow();
        Setback setback = _runs.AddOrUpdate(runId, _ => new Setback(now, Shortest, now + Shortest), (_, before) =>
        {
            TimeSpan wait = before.Wait * 2 < Longest ? before.Wait * 2 : Longest;
            return new Setback(before.First, wait, now + wait);
        });
        return now - setback.First >= TimeSpan.FromSeconds(options.Value.FaultSeconds);
    }

    /// <summary>It went well, or is over.</summary>
    public void Clear(string runId) => _runs.TryRemove(runId, out _);

    private sealed record Setback(DateTimeOffset First, TimeSpan Wait, DateTimeOffset Again);
}
