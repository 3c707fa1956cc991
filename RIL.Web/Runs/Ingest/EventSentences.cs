using RIL.Training.Runs;
using RIL.Web.Controls;

namespace RIL.Web.Runs.Ingest;

/// <summary>Events as the log says them.</summary>
internal static class EventSentences
{
    /// <summary>The line of an event; null for those that people see elsewhere.</summary>
    public static RunLogLine? Of(string run, RunEvent happened, long step)
    {
        return happened switch
        {
            LogEvent log => Line(log.Level, "log", log.Text),
            StageEvent stage => Line("info", "stage", $"Stage {StageWords.Of(stage.Stage)} begins{(stage.Total is { } total ? $": {Steps(total)}" : "")}."),
            CheckpointEvent checkpoint => Line("info", "checkpoint", $"Checkpoint {checkpoint.Folder} is complete."),
            ResumedEvent { Checkpoint: { } folder } resumed => Line("info", "resumed", $"Goes on from {folder}, step {Say.Count(resumed.Step)}."),
            ResumedEvent => Line("info", "resumed", "Begins again: there was no checkpoint yet."),
            FinishedEvent { State: "completed" } finished => Line("info", "completed", $"Completed{Took(finished)}."),
            FinishedEvent { State: "paused" } => Line("info", "paused", $"Paused at step {Say.Count(step)}; its checkpoint is written."),
            FinishedEvent { Signal: { } signal } => Line("info", "interrupted", $"Ended by the system ({signal}) at step {Say.Count(step)}; its checkpoint is written."),
            FinishedEvent => Line("info", "stopped", $"Stopped at step {Say.Count(step)}; its checkpoint is written."),
            FailedEvent failed => Line("error", "failed", failed.LastCheckpoint is { } last ? $"{failed.Message} The last good checkpoint is {last}." : failed.Message),
            _ => null,
        };

        RunLogLine Line(string level, string kind, string text) => new() { RunId = run, Number = happened.Number, Time = happened.Time, Level = level, Kind = kind, Text = text };
    }

    /// <summary>What the kind of a line says about the end of its run.</summary>
    public static RunSignal? Ending(string kind) => kind switch
    {
        "completed" => RunSignal.Completed,
        "stopped" => RunSignal.Stopped,
        "interrupted" => RunSignal.Lost,
        "paused" => RunSignal.PauseReached,
        "failed" => RunSignal.Broke,
        _ => null,
    };

    private static string Steps(long count) => count == 1 ? "1 step" : $"{Say.Count(count)} steps";

    private static string Took(FinishedEvent finished) =>
        finished.Timing?.TryGetValue("elapsed_s", out double seconds) == true && double.IsFinite(seconds) ? $" after {Say.Duration(TimeSpan.FromSeconds(seconds))} of work" : "";
}
