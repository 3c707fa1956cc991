using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RIL.Training;
using RIL.Training.Configuration;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Runs.Ingest;
using Asked = RIL.Training.Runs.RunRequest;

namespace RIL.Web.Runs.Jobs;

/// <summary>Starts the trainer of a run or finds the one that lives, and stores what it says until it has ended.</summary>
public sealed class RunFollower(
    IDbContextFactory<RilDb> databases, Storage storage, RunConfigs configs, EventIngest ingest, RunSignals signals, RunEnding ending, RunSetbacks setbacks, SiteShutdown shutdown, IOptions<JobsOptions> options, TimeProvider clock,
    ILogger<RunFollower> log)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100), LookAtState = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _following = new();

    /// <summary>Whether this process follows any run.</summary>
    public bool IsIdle => _following.IsEmpty;

    /// <summary>Runs that this process follows.</summary>
    public IReadOnlyCollection<string> Following => [.. _following.Keys];

    /// <summary>Since when this process follows a run; null where it does not.</summary>
    public DateTimeOffset? Since(string runId) => _following.TryGetValue(runId, out DateTimeOffset since) ? since : null;

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
            else if (TrainerProcess.WasStarted(folder))
            {
                await EndedUnseen(runId, fence, folder, lost);
            }
            else if ((await Load(runId)).State is RunState.Pausing or RunState.Stopping)
            {
                await signals.Apply(runId, fence, RunSignal.Lost); // somebody thought better of it before the trainer was started
            }
            else if (!shutdown.Began)
            {
                await Launch(runId, fence, folder, lost);
            }
        }
        finally
        {
            _following.TryRemove(runId, out _);
        }
    }

    /// <summary>Ends a run that could not be followed for so long that it must not go on, and its trainer with it.</summary>
    public async Task GiveUp(string runId, long fence, Exception fault)
    {
        if (TrainerProcess.Find(storage.Run(runId)) is { } trainer) using (trainer) trainer.Kill();
        await ending.Fail(runId, fence, Sentence(fault), clock.GetUtcNow());
        setbacks.Clear(runId);
    }

    private static string Sentence(Exception fault) => $"The site could not follow the run: {fault.Message.TrimEnd('.')}. The site's log has the details; retry goes on from the last checkpoint.";

    private async Task EndedUnseen(string runId, long fence, string folder, CancellationToken lost)
    {
        // It ended while the site was away: what it said last tells when and how.
        DateTimeOffset at = File.GetLastWriteTimeUtc(new RunFolder(folder).Events);
        try
        {
            await ending.Apply(runId, fence, new TrainerEnd(await Store(runId, fence, lost), at));
        }
        catch (InputException e)
        {
            await ending.Fail(runId, fence, e.Message, at);
        }
    }

    private async Task Launch(string runId, long fence, string folder, CancellationToken lost)
    {
        TrainerProcess trainer;
        try
        {
            Directory.CreateDirectory(folder);
            // An earlier attempt's events may not all be stored; its ending is not this one's.
            IngestResult before = await ingest.Finish(runId, fence, lost);
            await Change(runId, fence, r => (r.AttemptFrom, r.StartedAt) = (before.LastEvent, r.StartedAt ?? clock.GetUtcNow()));
            Run run = await Load(runId);
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
            await ending.Fail(runId, fence, CrashReason.Of(null, e.Message, [], memoryKill: false), clock.GetUtcNow());
            return;
        }
        log.LogInformation("Run {Run}: trainer started, process {Process}.", runId, trainer.Id);
        await Watch(runId, fence, folder, trainer, lost);
    }

    private async Task Watch(string runId, long fence, string folder, TrainerProcess trainer, CancellationToken lost)
    {
        using TrainerProcess held = trainer;
        var request = new TrainerRequest(trainer, TimeSpan.FromSeconds(options.Value.StopSeconds));
        var memory = new MemoryKills();
        DateTimeOffset storeAgain = DateTimeOffset.MinValue, lookAgain = DateTimeOffset.MinValue;
        IngestResult? said = null;
        Exception? broken = null; // its events cannot be read or stored, and it is not waited for any longer
        Run? run = null;
        while (true)
        {
            bool alive = trainer.IsAlive, stored = false; // before the events are read: those of its last moment are not missed
            DateTimeOffset now = clock.GetUtcNow();
            if (broken is null && now >= storeAgain)
            {
                (said, Exception? fault) = await Attempt(runId, () => Store(runId, fence, lost));
                stored = fault is null;
                if (fault is InputException || (fault is not null && setbacks.Add(runId))) broken = fault;
                if (fault is not null) storeAgain = now + LookAtState;
            }
            if (!alive && (stored || broken is not null)) break;
            if (alive && now >= lookAgain)
            {
                lookAgain = now + LookAtState;
                memory.Look(now);
                // What people ask for reaches the trainer whatever has become of its events.
                (Run? seen, Exception? fault) = await Attempt(runId, () => LookAt(runId, fence, folder, trainer));
                if (fault is null && seen is null) return;
                if (fault is not null && setbacks.Add(runId)) broken ??= fault;
                run = seen ?? run;
                if (fault is null && stored) setbacks.Clear(runId);
                if (shutdown.Began && options.Value.OnShutdown == OnShutdown.Leave) return;
                if (shutdown.IsOver) return; // its checkpoint takes longer; the next start finds what became of it
                if (run?.State == RunState.Stopping) request.Repeat(Asked.Stop, now, mayForce: !shutdown.Began);
                else if (run?.State == RunState.Pausing) request.Repeat(Asked.Pause, now, mayForce: !shutdown.Began);
                else if (broken is not null || shutdown.Began)
                {
                    trainer.NoteThatSiteAsks();
                    request.Repeat(Asked.Pause, now, mayForce: broken is not null && !shutdown.Began);
                }
            }
            await Task.Delay(Look, clock, lost);
        }
        setbacks.Clear(runId);
        if (broken is not null) await ending.Fail(runId, fence, broken is InputException ? broken.Message : Sentence(broken), clock.GetUtcNow());
        else await ending.Apply(runId, fence, new TrainerEnd(said!, clock.GetUtcNow(), Seen: true, trainer.ExitCode, memory.Any, request.Forced));
    }

    // The run as it is now; null where somebody else follows it.
    private async Task<Run?> LookAt(string runId, long fence, string folder, TrainerProcess trainer)
    {
        Run run = await Load(runId);
        if (run.Fence != fence) return null;
        if (run.ProcessId != trainer.Id) await Change(runId, fence, r => (r.ProcessId, r.ProcessStartedAt) = (trainer.Id, TrainerProcess.StartedAt(folder)));
        if (run.State == RunState.Starting && run.LastEvent > run.AttemptFrom) await signals.Apply(runId, fence, RunSignal.Working);
        return run;
    }

    private async Task<(T? Result, Exception? Fault)> Attempt<T>(string runId, Func<Task<T>> work)
    {
        try
        {
            return (await work(), null);
        }
        catch (Exception e) when (e is not (LeaseLostException or OperationCanceledException))
        {
            if (!setbacks.Rests(runId)) log.LogWarning(e, "Run {Run}: following it failed; it is tried again.", runId);
            return (default, e);
        }
    }

    // What an earlier attempt said of its end is neither this one's end nor the reason for it.
    private async Task<IngestResult> Store(string runId, long fence, CancellationToken lost)
    {
        IngestResult all = await ingest.Finish(runId, fence, lost);
        return all.Ended is not null && all.LastEvent <= (await Load(runId)).AttemptFrom ? all with { Ended = null, Message = null } : all;
    }

    private Task Change(string runId, long fence, Action<Run> change) => databases.Retry(async db =>
    {
        Run run = await db.Runs.FirstAsync(r => r.Id == runId);
        if (run.Fence != fence) throw new LeaseLostException(runId, fence);
        change(run);
        run.Version++;
        return run;
    });

    private async Task<Run> Load(string runId)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        return await db.Runs.AsNoTracking().FirstAsync(r => r.Id == runId);
    }
}
