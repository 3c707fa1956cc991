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
    public async Task<bool> Apply(string runId, long? fence, RunSignal signal, string? reason = null, Action<Run>? change = null)
    {
        while (true)
        {
            await using RilDb db = await databases.CreateDbContextAsync();
            if (await db.Runs.Include(r => r.Tags).FirstOrDefaultAsync(r => r.Id == runId) is not { } run || (fence is not null && run.Fence != fence)) return false;
            if (RunTransitions.Of(run.State, signal) is not { } next) return false;
            run.State = next;
            run.Reason = reason;
            run.Version++;
            if (RunTransitions.IsEnded(next)) run.EndedAt = clock.GetUtcNow();
            change?.Invoke(run);
            try
            {
                await db.SaveChangesAsync();
            }
            catch (DbUpdateConcurrencyException)
            {
                continue; // somebody asked for something in between: decide again
            }
            feed.Publish(RunUpdate.Of(run));
            return true;
        }
    }
}
