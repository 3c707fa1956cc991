using static RIL.Web.Runs.RunAction;
using static RIL.Web.Runs.RunSignal;
using static RIL.Web.Runs.RunState;

namespace RIL.Web.Runs;

/// <summary>What happens to a run without anybody asking for it.</summary>
public enum RunSignal
{
    /// <summary>A slot is free and it is this run's turn.</summary>
    Picked,

    /// <summary>The trainer wrote its first event.</summary>
    Working,

    /// <summary>The trainer says it completed the run.</summary>
    Completed,

    /// <summary>The trainer wrote a checkpoint and ended because it was asked to stop.</summary>
    Stopped,

    /// <summary>The trainer wrote a checkpoint and ended because it was asked to pause.</summary>
    PauseReached,

    /// <summary>The trainer ended in an error.</summary>
    Broke,

    /// <summary>The trainer is gone and the run did not end: the site or the machine went down, or the system told the trainer to.</summary>
    Lost,
}

/// <summary>The run's life as one table: state and action give the next state, or a sentence that says why not.</summary>
public static class RunTransitions
{
    /// <summary>The state an action leads to, or why it is refused. <paramref name="before"/> is where a run in the archive or the trash came from.</summary>
    public static (RunState? Next, string? Refusal) Of(RunState state, RunAction action, RunState? before = null) => (state, action) switch
    {
        (Draft, Start) => To(Queued),
        (Queued or Starting or Running or Pausing or Stopping, Start) => Not("It has been started already."),
        (Paused, Start) => Not("It is paused; resume it."),
        (Finished, Start) => Not("It has finished; clone it to train again."),
        (Failed or Cancelled, Start) => Not("It has ended; retry it to go on, or clone it to begin anew."),

        (Queued, Pause) => To(Paused),
        (Starting or Running, Pause) => To(Pausing),
        (Pausing, Pause) => Not("It is pausing already; it ends when its checkpoint is written."),
        (Paused, Pause) => Not("It is paused already."),
        (Stopping, Pause) => Not("It is being stopped."),
        (Draft, Pause) => Not("It has not been started."),
        (Finished or Failed or Cancelled, Pause) => Not("It has ended."),

        (Paused or Cancelled, Resume) => To(Queued),
        (Failed, Resume) => Not("It failed; retry it."),
        (Draft, Resume) => Not("It has not been started; start it."),
        (Queued or Starting or Running, Resume) => Not("It is not paused."),
        (Pausing, Resume) => Not("It is still writing its checkpoint; resume it when it is paused."),
        (Stopping, Resume) => Not("It is still writing its checkpoint; resume it when it is cancelled."),
        (Finished, Resume) => Not("It has finished; clone it to train again."),

        (Queued or Paused, Stop) => To(Cancelled),
        (Starting or Running or Pausing, Stop) => To(Stopping),
        (Stopping, Stop) => Not("It is being stopped already; it ends when its checkpoint is written."),
        (Draft, Stop) => Not("It has not been started."),
        (Finished or Failed or Cancelled, Stop) => Not("It has ended already."),

        (Failed or Cancelled, Retry) => To(Queued),
        (Finished, Retry) => Not("It has finished; clone it to train again."),
        (Paused, Retry) => Not("It is paused; resume it."),
        (Draft, Retry) => Not("It has not been started; start it."),
        (Queued or Starting or Running or Pausing or Stopping, Retry) => Not("It has not ended."),

        (Deleted, Clone) => Not("It is in the trash; restore it first."),
        (_, Clone) => To(state),

        (Draft or Paused or Finished or Failed or Cancelled, Archive) => To(Archived),
        (Archived, Archive) => Not("It is archived already."),
        (Queued or Starting or Running or Pausing or Stopping, Archive) => Not("It is at work; stop it first."),

        (Archived or Deleted, Restore) => To(before ?? Draft),
        (_, Restore) => Not("It is neither archived nor in the trash."),

        (Draft or Finished or Failed or Cancelled or Archived, Delete) => To(Deleted),
        (Deleted, Delete) => Not("It is in the trash already; empty the trash to remove it for good."),
        (Paused, Delete) => Not("It is paused; stop it first."),
        (Queued or Starting or Running or Pausing or Stopping, Delete) => Not("It is at work; stop it first."),

        (Archived, _) => Not("It is archived; restore it first."),
        (Deleted, _) => Not("It is in the trash; restore it first."),
        _ => throw new ArgumentOutOfRangeException(nameof(action), $"{state}, {action}"),
    };

    /// <summary>The state a signal leads to; null where it changes nothing.</summary>
    public static RunState? Of(RunState state, RunSignal signal) => (state, signal) switch
    {
        (Queued, Picked) => Starting,
        (Starting, Working) => Running,
        (Starting or Running or Pausing or Stopping, Completed) => Finished,
        (Starting or Running or Pausing or Stopping, Stopped) => Cancelled,
        (Starting or Running or Pausing, PauseReached) => Paused,
        (Stopping, PauseReached) => Cancelled,
        (Starting or Running or Pausing or Stopping, Broke) => Failed,
        (Starting or Running, Lost) => Queued,
        (Pausing, Lost) => Paused,
        (Stopping, Lost) => Cancelled,
        _ => null,
    };

    /// <summary>The states in which a trainer lives, or should; queries ask whether they contain a run's.</summary>
    public static IReadOnlyList<RunState> Active { get; } = [Starting, Running, Pausing, Stopping];

    /// <summary>Whether a trainer lives, or should.</summary>
    public static bool IsActive(RunState state) => Active.Contains(state);

    /// <summary>Whether the run is over.</summary>
    public static bool IsEnded(RunState state) => state is Finished or Failed or Cancelled;

    private static (RunState?, string?) To(RunState next) => (next, null);

    private static (RunState?, string?) Not(string why) => (null, why);
}
