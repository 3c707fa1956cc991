using Microsoft.EntityFrameworkCore;
using RIL.Web.Data;
using RIL.Web.Runs.Live;

namespace RIL.Web.Runs.Jobs;

/// <summary>Changes a run's state by what happened to it, through the one table, for whoever holds its lease.</summary>
public sealed class RunSignals(IDbContextFactory<RilDb> databases, RunFeed feed, TimeProvider clock)
{
    /// <summary>Applies a signal; false where the lease is lost or the signal changes nothing in this state.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="fence">Fencing number of the lease; null for the scheduler, which picks runs that nobody works on.</param>
    /// <param name="signal">What happened.</param>
    /// <param name="reason">Why, in a sentence.</param>
    /// <param name="change">Other changes that belong to it.</param>
    public Task<bool> Apply(string runId, long? fence, RunSignal signal, string? reason = null, Action<Run>? change = null) => Apply(runId, fence, _ => (signal, reason), change);

    /// <summary>The same where signal and reason hang on the state in which the run is at that moment.</summary>
    public async Task<bool> Apply(string runId, long? fence, Func<RunState, (RunSignal Signal, string? Reason)> decide, Action<Run>? change = null)
    {
        Run? changed = await databases.Retry(async db =>
        {
            if (await db.Runs.Include(r => r.Tags).FirstOrDefaultAsync(r => r.Id == runId) is not { } run || (fence is not null && run.Fence != fence)) return null;
            (RunSignal signal, string? reason) = decide(run.State);
            if (RunTransitions.Of(run.State, signal) is not { } next) return null;
            run.State = next;
            run.Reason = reason;
            run.Version++;
            if (RunTransitions.IsEnded(next)) run.EndedAt = clock.GetUtcNow();
            change?.Invoke(run);
            return run;
        });
        if (changed is null) return false;
        feed.Publish(RunUpdate.Of(changed));
        return true;
    }
}
