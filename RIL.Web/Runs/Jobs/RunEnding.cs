using Microsoft.Extensions.Options;
using RIL.Web.Data;
using RIL.Web.Runs.Log;

namespace RIL.Web.Runs.Jobs;

/// <summary>Says how a run ended, or that it goes on by itself, when its trainer is gone.</summary>
public sealed class RunEnding(
    Storage storage, RunSignals signals, TrainerOutput output, SiteShutdown shutdown, IOptions<JobsOptions> options, TimeProvider clock)
{
    private const int LinesOfOutput = 12;

    // A system that goes down tells trainers and site in one breath.
    private static readonly TimeSpan OneBreath = TimeSpan.FromSeconds(2);

    /// <summary>The run failed; what its trainer worked until then counts.</summary>
    internal Task Fail(string runId, long fence, string sentence, DateTimeOffset at) => signals.Apply(runId, fence, RunSignal.Broke, sentence, run => Gone(run, at));

    /// <summary>Gives the run the state that its trainer's end leads to.</summary>
    internal async Task Apply(string runId, long fence, TrainerEnd end)
    {
        if (end.Seen && end.BySystem) await OneBreathPasses();
        await signals.Apply(runId, fence, state => Meaning(runId, state, end), run => Gone(run, end.At));
    }

    private (RunSignal Signal, string? Reason) Meaning(string runId, RunState state, TrainerEnd end)
    {
        bool wanted = state is RunState.Pausing or RunState.Stopping; // by a person
        return end.Said.Ended switch
        {
            RunSignal.PauseReached when !wanted && TrainerProcess.WasAskedBySite(storage.Run(runId)) => (RunSignal.Lost, "The site paused it as it went down; it goes on by itself."),
            RunSignal.Stopped => (RunSignal.Stopped, state == RunState.Stopping ? null : "The trainer was asked to stop from outside the site."),
            RunSignal.Lost when wanted => (RunSignal.Lost, end.Said.Message),
            RunSignal.Lost when !end.Seen || shutdown.Began => (RunSignal.Lost, "The system ended the trainer as it went down; it goes on by itself from the checkpoint that was written."),
            RunSignal.Lost => (RunSignal.Stopped, "The trainer was told to end from outside the site (a signal) and wrote its checkpoint; resume goes on from there."),
            RunSignal.Broke => (RunSignal.Broke, Crash()),
            { } ended => (ended, end.Said.Message),
            null when end.Forced => (RunSignal.Lost, $"The trainer wrote no checkpoint within {options.Value.StopSeconds} s and was ended by force; the one before is the last."),
            null when end.Seen && !shutdown.Began => (RunSignal.Broke, Crash()),
            null when wanted => (RunSignal.Lost, "The trainer went down before it wrote the checkpoint that it was asked for; the one before is the last."),
            null => (RunSignal.Lost, "The site and the trainer went down together; it goes on from its last checkpoint."),
        };

        string Crash() => CrashReason.Of(end.ExitCode, end.Said.Message, output.OfAttempt(runId, LinesOfOutput), end.MemoryKill);
    }

    private async Task OneBreathPasses()
    {
        try
        {
            await Task.Delay(OneBreath, clock, shutdown.Beginning);
        }
        catch (OperationCanceledException)
        {
            // So it is: the site goes down too.
        }
    }

    private void Gone(Run run, DateTimeOffset at)
    {
        DateTimeOffset? started = run.ProcessStartedAt ?? TrainerProcess.StartedAt(storage.Run(run.Id));
        // What it wrote last may be an earlier attempt's.
        if ((started ?? run.StartedAt) is { } earliest && at < earliest) at = earliest;
        if (started is not null) run.WorkedSeconds += (at - started.Value).TotalSeconds;
        (run.ProcessId, run.ProcessStartedAt, run.LeftSeconds) = (null, null, null);
        if (RunTransitions.IsEnded(run.State)) run.EndedAt = at;
        if (run.State == RunState.Queued) run.QueuedAt = clock.GetUtcNow(); // its place in the queue stays
    }
}
