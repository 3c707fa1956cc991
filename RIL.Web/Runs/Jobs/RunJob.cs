using RIL.Web.Runs.Ingest;

namespace RIL.Web.Runs.Jobs;

/// <summary>The background job of a run: take the lease, work, give it back. It may run twice; the lease decides. It never fails: what goes wrong is the run's, and is tried again after a while or ends it.</summary>
public sealed class RunJob(RunLeases leases, RunFollower follower, RunSetbacks setbacks, RunQueue queue, ILogger<RunJob> log)
{
    /// <summary>Works on a run until its trainer has ended.</summary>
    public async Task Execute(string runId)
    {
        if (setbacks.Rests(runId) || Take(runId) is not { } fence) return;
        using var lost = new CancellationTokenSource();
        Task renewing = Renew(runId, fence, lost);
        try
        {
            await follower.Follow(runId, fence, lost.Token);
        }
        catch (Exception e) when (e is LeaseLostException || (e is OperationCanceledException && lost.IsCancellationRequested))
        {
            log.LogWarning("The lease of run {Run} went to somebody else; this process has let go of it.", runId);
        }
        catch (Exception e)
        {
            await Stumble(runId, fence, e);
        }
        await lost.CancelAsync();
        await renewing;
        Release(runId, fence);
        queue.Wake(runId);
    }

    private async Task Stumble(string runId, long fence, Exception fault)
    {
        log.LogError(fault, "Following run {Run} failed; it is tried again.", runId);
        if (!setbacks.Add(runId)) return;
        try
        {
            await follower.GiveUp(runId, fence, fault);
        }
        catch (Exception e)
        {
            log.LogError(e, "Run {Run} could not be ended either; it is tried again.", runId);
        }
    }

    private long? Take(string runId)
    {
        try
        {
            return leases.Take(runId);
        }
        catch (Exception e)
        {
            log.LogError(e, "The lease of run {Run} could not be taken; it is tried again.", runId);
            setbacks.Add(runId);
            return null;
        }
    }

    private void Release(string runId, long fence)
    {
        try
        {
            leases.Release(runId, fence);
        }
        catch (Exception e)
        {
            log.LogError(e, "The lease of run {Run} could not be given back; it runs out by itself.", runId);
        }
    }

    private async Task Renew(string runId, long fence, CancellationTokenSource lost)
    {
        while (!lost.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(RunLeases.Renewal, lost.Token);
                if (!leases.Renew(runId, fence)) await lost.CancelAsync();
            }
            catch (OperationCanceledException)
            {
                // The run has ended, or the lease is lost.
            }
            catch (Exception e)
            {
                // Whoever takes a lease that has run out has a larger number, and what this process stores is refused.
                log.LogError(e, "The lease of run {Run} could not be renewed; it is tried again.", runId);
            }
        }
    }
}
