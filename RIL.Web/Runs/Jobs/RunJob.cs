using RIL.Web.Runs.Ingest;

namespace RIL.Web.Runs.Jobs;

/// <summary>The background job of a run: take the lease, work, give it back. It may run twice; the lease decides.</summary>
public sealed class RunJob(RunLeases leases, RunFollower follower, RunQueue queue, ILogger<RunJob> log)
{
    /// <summary>Works on a run until its trainer has ended.</summary>
    public async Task Execute(string runId)
    {
        if (leases.Take(runId) is not { } fence) return;
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
        finally
        {
            await lost.CancelAsync();
            await renewing;
            leases.Release(runId, fence);
            queue.Wake(runId);
        }
    }

    private async Task Renew(string runId, long fence, CancellationTokenSource lost)
    {
        try
        {
            while (true)
            {
                await Task.Delay(RunLeases.Renewal, lost.Token);
                if (!leases.Renew(runId, fence)) await lost.CancelAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended, or the lease is lost.
        }
    }
}
