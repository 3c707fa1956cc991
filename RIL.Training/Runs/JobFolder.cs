using System.Diagnostics;

namespace RIL.Training.Runs;

/// <summary>
/// The folder of a job in progress, whatever the job does: its events with stages, progress and sentences, the requests made to it, and
/// its ending. One process at a time holds it.
/// </summary>
public sealed class JobFolder : IDisposable
{
    private readonly RunEvents _events;
    private readonly Stopwatch _process = Stopwatch.StartNew();
    private Stopwatch _stageTime = Stopwatch.StartNew();
    private (double Done, Stopwatch Since)? _pace;
    private (long Step, long Total) _progress;
    private double? _left;

    private JobFolder(string root, RunEvents events, RunControl control) => (Root, _events, Control) = (root, events, control);

    /// <summary>The folder.</summary>
    public string Root { get; }

    /// <summary>What the job was asked to do; to be looked at between steps.</summary>
    public RunControl Control { get; }

    /// <summary>Number of the last event.</summary>
    public long Last => _events.Last;

    /// <summary>Opens a folder, new or left by a process that ended; throws where another process holds it.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="options">How it is steered.</param>
    /// <param name="observers">Who else sees the events.</param>
    public static JobFolder Open(string root, JobOptions options, params IReadOnlyList<IRunObserver> observers)
    {
        Directory.CreateDirectory(root);
        RunEvents events = RunEvents.Open(new RunFolder(root).Events, observers);
        try
        {
            return new JobFolder(root, events, new RunControl(root, options));
        }
        catch
        {
            events.Dispose();
            throw;
        }
    }

    /// <summary>What the job is at: the stage that began last.</summary>
    public string CurrentStage { get; set; } = "start";

    /// <summary>Writes an event of any kind.</summary>
    public void Append(RunEvent happened) => _events.Append(happened);

    /// <summary>Waits until every event so far is on the disk.</summary>
    public void Sync() => _events.Sync();

    /// <summary>A stage begins; where a run is resumed within it, the stage had begun before and this is not called.</summary>
    public void Stage(string stage, long? total = null)
    {
        (CurrentStage, _stageTime, _pace, _left, _progress) = (stage, Stopwatch.StartNew(), null, null, (0, total ?? 0));
        _events.Append(new StageEvent(stage, total));
    }

    /// <summary>A step of the stage is done.</summary>
    public void Progress(long step, long total)
    {
        _progress = (step, total);
        _left = Left(step, total);
        _events.Append(new ProgressEvent(CurrentStage, step, total, Timing()));
    }

    /// <summary>
    /// A part of the step that is going on is done, so many of so many of something. Throws <see cref="OperationCanceledException"/> where
    /// the job was asked to end and there are parts left.
    /// </summary>
    /// <param name="done">Parts done.</param>
    /// <param name="of">Parts of the step.</param>
    /// <param name="what">What is counted: questions.</param>
    /// <param name="isStep">Whether the parts make up the whole step, so that the time left can be told from them.</param>
    public void Part(long done, long of, string what, bool isStep)
    {
        if (done >= of) return; // what the step says next says it
        if (isStep) _left = Left(_progress.Step + (double)done / of, _progress.Total);
        _events.Append(new ProgressEvent(CurrentStage, _progress.Step, _progress.Total, Timing(), new StepPart(done, of, what)));
        ThrowWhereAsked();
    }

    /// <summary>Throws <see cref="OperationCanceledException"/> where the job was asked to end.</summary>
    public void ThrowWhereAsked()
    {
        if (Control.Requested is not RunRequest.None) throw new OperationCanceledException("The job was asked to end.");
    }

    /// <summary>A sentence for people; it must not depend on the clock.</summary>
    public void Log(string text, bool warning = false) => _events.Append(new LogEvent(warning ? "warning" : "info", text));

    /// <summary>The job has ended as it should: completed, stopped or paused.</summary>
    public void Finish(string state, RunSummary? summary = null) =>
        _events.Append(new FinishedEvent(state, summary,
            new Dictionary<string, double> { ["elapsed_s"] = Math.Round(_process.Elapsed.TotalSeconds, 3) }, state == "stopped"
            ? Control.Signal : null));

    /// <summary>The job has ended because it was asked to; gives <c>stopped</c> or <c>paused</c>.</summary>
    public string FinishAsAsked(RunSummary? summary = null)
    {
        if (Control.LeaseLost)
            Log($"The file {RunControl.LeaseFile} was silent for longer than lease_timeout_s; the job ends itself.", warning: true);
        string state = Control.Requested == RunRequest.Pause ? "paused" : "stopped";
        Finish(state, summary);
        return state;
    }

    /// <summary>The job cannot go on.</summary>
    public void Fail(string message, string? lastCheckpoint = null)
    {
        try
        {
            _events.Append(new FailedEvent(message, lastCheckpoint));
        }
        catch (IOException)
        {
            // A full disk takes no event either; the caller says it on the terminal.
        }
    }

    /// <summary>The sentence by which people learn of an exception.</summary>
    public static string Sentence(Exception e) => e is InputException ? e.Message : $"{e.GetType().Name}: {e.Message}";

    /// <inheritdoc/>
    public void Dispose()
    {
        Control.Dispose();
        _events.Dispose();
    }

    // The pace is that of what comes after the first thing done by this process, which waits for what the stage prepares.
    private double? Left(double done, long total)
    {
        if (_pace is not { } pace)
        {
            _pace = (done, Stopwatch.StartNew());
            return null;
        }
        return done > pace.Done ? Math.Max(0, pace.Since.Elapsed.TotalSeconds / (done - pace.Done) * (total - done)) : null;
    }

    private Dictionary<string, double> Timing()
    {
        var timing = new Dictionary<string, double> { ["elapsed_s"] = Math.Round(_stageTime.Elapsed.TotalSeconds, 3) };
        if (_left is { } left) timing["left_s"] = Math.Round(left, 3);
        return timing;
    }
}
