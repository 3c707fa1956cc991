using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RIL.Training;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Runs.Ingest;

namespace RIL.Web.Runs.Jobs;

/// <summary>Starts the trainer of a run or finds the one that lives, stores what it says until it has ended, and says how it ended.</summary>
public sealed class RunFollower(
    IDbContextFactory<RilDb> databases, Storage storage, RunConfigs configs, EventIngest ingest, RunSignals signals, IOptions<JobsOptions> options, TimeProvider clock, ILogger<RunFollower> log)
{
    private const int LinesOfOutput = 12;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100), LookAtState = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _following = new();
    private volatile bool _shuttingDown;

    /// <summary>Whether this process follows any run.</summary>
    public bool IsIdle => _following.IsEmpty;

    /// <summary>Runs that this process follows.</summary>
    public IReadOnlyCollection<string> Following => [.. _following.Keys];

    /// <summary>Since when this process follows a run; null where it does not.</summary>
    public DateTimeOffset? Since(string runId) => _following.TryGetValue(runId, out DateTimeOffset since) ? since : null;

    /// <summary>From now on trainers are paused or left, as the options say, and no new ones are started.</summary>
    public void ShutDown() => _shuttingDown = true;

    /// <summary>Works on a run until its trainer has ended, the site shuts down, or the lease is lost.</summary>
    public async Task Follow(string runId, long fence, CancellationToken lost)
    {
        _following[runId] = clock.GetUtcNow();
        try
        {
            string folder = storage.Run(runId);
            if (TrainerProcess.Find(folder) is { } living)
            {
                log.LogInformation("Run {Run}: the trainer, process {Process}, lives; going on with it.", runId, living.Id);
                await Watch(runId, fence, folder, living, lost);
            }
            else if (await WasStarted(runId, folder))
            {
                // It ended while the site was away: what it said last tells how.
                IngestResult said = await Store(runId, fence, lost);
                if (said.Ended is null) await signals.Apply(runId, fence, RunSignal.Lost, "The site and the trainer went down together; it goes on from its last checkpoint.", Queue);
                else await End(runId, fence, folder, said, exitCode: null, memoryShort: false);
            }
            else if (!_shuttingDown)
            {
                await Launch(runId, fence, folder, lost);
            }
        }
        finally
        {
            _following.TryRemove(runId, out _);
        }
    }

    private async Task<bool> WasStarted(string runId, string folder)
    {
        Run run = await Load(runId);
        // Starting and no trainer of this attempt: the site went down before it came to that.
        return run.State != RunState.Starting || TrainerProcess.WasStarted(folder);
    }

    private async Task Launch(string runId, long fence, string folder, CancellationToken lost)
    {
        Run run = await Load(runId);
        Directory.CreateDirectory(folder);
        TrainerProcess trainer;
        try
        {
            bool resumes = File.Exists(new RunFolder(folder).Config) && File.Exists(new RunFolder(folder).Events);
            string request = Path.Combine(folder, "request.json");
            if (!resumes)
            {
                RunConfig config = RunConfigDocument.Bind(RunConfigDocument.ParseJson(run.Config, run.Name));
                await File.WriteAllTextAsync(request, RunConfigDocument.WriteJson(configs.ForTrainer(config, folder)), lost);
            }
            trainer = TrainerProcess.Start(folder, resumes ? null : request);
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            await signals.Apply(runId, fence, RunSignal.Broke, e.Message);
            return;
        }
        await Change(runId, fence, r =>
        {
            r.Attempt++;
            r.AttemptFrom = r.LastEvent;
            r.StartedAt ??= clock.GetUtcNow();
            r.ProcessId = trainer.Id;
            r.ProcessStartedAt = clock.GetUtcNow();
        });
        log.LogInformation("Run {Run}: trainer started, process {Process}.", runId, trainer.Id);
        await Watch(runId, fence, folder, trainer, lost);
    }

    private async Task Watch(string runId, long fence, string folder, TrainerProcess trainer, CancellationToken lost)
    {
        using TrainerProcess held = trainer;
        long? killedBefore = CrashReason.OutOfMemoryCount();
        DateTimeOffset lookAgain = DateTimeOffset.MinValue;
        DateTimeOffset? askedAt = null;
        bool forced = false;
        IngestResult? said = null;
        while (true)
        {
            bool alive = trainer.IsAlive; // before the events are read: those of its last moment are not missed
            said = await Store(runId, fence, lost);
            if (!alive) break;
            DateTimeOffset now = clock.GetUtcNow();
            if (now >= lookAgain)
            {
                lookAgain = now + LookAtState;
                Run run = await Load(runId);
                if (run.Fence != fence) return;
                if (run.State == RunState.Starting && run.LastEvent > run.AttemptFrom) await signals.Apply(runId, fence, RunSignal.Working);
                if (_shuttingDown && options.Value.OnShutdown == OnShutdown.Leave) return;
                RIL.Training.Runs.RunRequest wanted = run.State == RunState.Stopping ? RIL.Training.Runs.RunRequest.Stop
                    : run.State == RunState.Pausing || _shuttingDown ? RIL.Training.Runs.RunRequest.Pause : RIL.Training.Runs.RunRequest.None;
                if (wanted != RIL.Training.Runs.RunRequest.None)
                {
                    trainer.Ask(wanted);
                    askedAt ??= now;
                    if (!_shuttingDown && !forced && now - askedAt > TimeSpan.FromSeconds(options.Value.StopSeconds))
                    {
                        trainer.Kill();
                        forced = true;
                    }
                }
            }
            await Task.Delay(Look, clock, lost);
        }
        if (forced) await signals.Apply(runId, fence, RunSignal.Lost, $"The trainer wrote no checkpoint within {options.Value.StopSeconds} s and was ended by force; the one before is the last.", Leave);
        else await End(runId, fence, folder, said!, trainer.ExitCode, CrashReason.OutOfMemoryCount() > killedBefore);
    }

    private async Task End(string runId, long fence, string folder, IngestResult said, int? exitCode, bool memoryShort)
    {
        if ((await Load(runId)).State == RunState.Starting && said.Ended is not null) await signals.Apply(runId, fence, RunSignal.Working);
        _ = said.Ended switch
        {
            RunSignal.Stopped => await signals.Apply(runId, fence, RunSignal.Stopped, (await Load(runId)).State == RunState.Stopping ? null : "The trainer was asked to stop from outside the site.", Leave),
            RunSignal.PauseReached when _shuttingDown && (await Load(runId)).State is RunState.Starting or RunState.Running =>
                await signals.Apply(runId, fence, RunSignal.Lost, "The site was shut down; the run goes on by itself at its next start.", Queue),
            { } ended => await signals.Apply(runId, fence, ended, said.Message, Leave),
            null => await signals.Apply(runId, fence, RunSignal.Broke, CrashReason.Of(exitCode, TrainerProcess.LastLines(folder, LinesOfOutput), memoryShort), Leave),
        };
    }

    private async Task<IngestResult> Store(string runId, long fence, CancellationToken lost)
    {
        while (true)
        {
            IngestResult step = await ingest.Advance(runId, fence, lost);
            if (!step.More) return step.Ended is not null && step.LastEvent <= (await Load(runId)).AttemptFrom ? step with { Ended = null } : step;
        }
    }

    private void Leave(Run run)
    {
        if (run.ProcessStartedAt is { } started) run.WorkedSeconds += Math.Max(0, (clock.GetUtcNow() - started).TotalSeconds);
        (run.ProcessId, run.ProcessStartedAt, run.LeftSeconds) = (null, null, null);
    }

    private void Queue(Run run)
    {
        Leave(run);
        run.QueuedAt = clock.GetUtcNow(); // its place in the queue stays
    }

    private async Task Change(string runId, long fence, Action<Run> change)
    {
        while (true)
        {
            await using RilDb db = await databases.CreateDbContextAsync();
            Run run = await db.Runs.FirstAsync(r => r.Id == runId);
            if (run.Fence != fence) throw new LeaseLostException(runId, fence);
            change(run);
            run.Version++;
            try
            {
                await db.SaveChangesAsync();
                return;
            }
            catch (DbUpdateConcurrencyException)
            {
                // Somebody asked for something in between.
            }
        }
    }

    private async Task<Run> Load(string runId)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        return await db.Runs.AsNoTracking().FirstAsync(r => r.Id == runId);
    }
}
