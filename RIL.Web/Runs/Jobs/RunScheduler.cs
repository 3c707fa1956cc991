using System.Threading.Channels;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RIL.Training.Configuration;
using RIL.Web.Accounts;
using RIL.Web.Data;
using RIL.Web.Operations;

namespace RIL.Web.Runs.Jobs;

/// <summary>
/// Gives free slots to queued runs in order, and picks up what an earlier process of the site left. The job queue only carries identifiers: whatever it forgets or
/// repeats, the tables say what is to be done.
/// </summary>
public sealed class RunScheduler(
    IDbContextFactory<RilDb> databases, IBackgroundJobClient jobs, RunQueue queue, RunSignals signals, RunFollower follower, RunSetbacks setbacks, SiteShutdown shutdown, Slots slots, Storage storage, RunService runs, IOptions<JobsOptions> options, TimeProvider clock, ILogger<RunScheduler> log)
    : BackgroundService
{
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(5);
    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>When it last looked at the queue; health asks.</summary>
    public DateTimeOffset LastLook { get; private set; }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // Connections that were slow to close may have spent the token; the trainers' time is their own.
        DateTimeOffset end = clock.GetUtcNow().AddSeconds(options.Value.ShutdownSeconds + 5);
        while (shutdown.Began && !follower.IsIdle && clock.GetUtcNow() < end) await Task.Delay(50, CancellationToken.None);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        queue.Rung += Ring;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, shutdown.Beginning);
        CancellationToken end = ends.Token;
        try
        {
            if (options.Value.Quickstart) await Try(BeginWithQuickstart, "The quickstart run could not be created.");
            while (!end.IsCancellationRequested)
            {
                await Try(() => Look(end), "Looking at the queue failed; it is tried again.");
                await Wait(end);
            }
        }
        catch (OperationCanceledException)
        {
            // The site is shutting down.
        }
        finally
        {
            queue.Rung -= Ring;
        }
    }

    private async Task Try(Func<Task> work, string otherwise)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogError(e, "{Otherwise}", otherwise);
        }
    }

    private void Ring(string runId) => _bell.Writer.TryWrite(true);

    private async Task Wait(CancellationToken stopping)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        timer.CancelAfter(Sweep);
        try
        {
            await _bell.Reader.ReadAsync(timer.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // Nobody rang.
        }
    }

    private async Task Look(CancellationToken stopping)
    {
        LastLook = clock.GetUtcNow();
        await using RilDb db = await databases.CreateDbContextAsync(stopping);
        List<Run> active = await db.Runs.AsNoTracking().Where(r => RunTransitions.Active.Contains(r.State)).ToListAsync(stopping);
        // Left by a process of the site that is gone; the lease keeps away whoever comes second.
        foreach (Run run in active.Where(r => !follower.Following.Contains(r.Id) && !setbacks.Rests(r.Id) && IsFree(r))) jobs.Enqueue<RunJob>(job => job.Execute(run.Id));
        int free = await slots.Count() - active.Count;
        if (free <= 0) return;
        List<string> next = await QueueService.Waiting(db).Select(r => r.Id).ToListAsync(stopping);
        foreach (string id in next)
        {
            if (free > 0 && !setbacks.Rests(id) && await Start(id)) free--;
        }
    }

    // A run whose folder is at fault does not keep the others waiting.
    private async Task<bool> Start(string id)
    {
        try
        {
            TrainerProcess.Forget(storage.Run(id));
            if (!await signals.Apply(id, null, RunSignal.Picked, change: run => (run.Attempt, run.AttemptFrom) = (run.Attempt + 1, run.LastEvent))) return false;
            setbacks.Clear(id);
            jobs.Enqueue<RunJob>(job => job.Execute(id));
            return true;
        }
        catch (Exception e)
        {
            log.LogError(e, "Run {Run} could not be started; it is tried again.", id);
            setbacks.Add(id);
            return false;
        }
    }

    private bool IsFree(Run run) => run.LeaseOwner is null || run.LeaseUntil < clock.GetUtcNow() || LeaseOwner.IsGone(run.LeaseOwner);

    private async Task BeginWithQuickstart()
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        if (await db.Runs.AnyAsync()) return;
        await runs.Create(new NewRun("Quickstart", RunConfigDocument.Write(RunConfigDocument.Bind(RunPresets.Get("quickstart"))), ["quickstart"], "The embedded example: a small student learns from two teachers to answer questions about real pictures."), Caller.Site);
    }
}
