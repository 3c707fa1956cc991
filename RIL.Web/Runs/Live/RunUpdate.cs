namespace RIL.Web.Runs.Live;

/// <summary>A value of a metric at a step.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="Step">The run's step.</param>
/// <param name="Value">The value; not-a-number where the trainer said so.</param>
public readonly record struct LiveValue(string Metric, long Step, double Value);

/// <summary>When a step was and how many tokens the run had seen: the other two horizontal axes.</summary>
/// <param name="Step">The run's step.</param>
/// <param name="Time">When its metrics were written.</param>
/// <param name="Tokens">Tokens so far, where the trainer says so.</param>
public readonly record struct LiveStep(long Step, DateTimeOffset Time, double? Tokens);

/// <summary>Where a run is now.</summary>
/// <param name="State">Its state.</param>
/// <param name="Reason">Why, where that is not obvious.</param>
/// <param name="Stage">The stage it is in.</param>
/// <param name="StageStep">Steps done in the stage.</param>
/// <param name="StageTotal">Steps of the stage.</param>
/// <param name="LeftSeconds">Seconds left in the stage.</param>
/// <param name="Step">The run's step.</param>
public sealed record RunProgress(RunState State, string? Reason, string? Stage, long StageStep, long? StageTotal, double? LeftSeconds, long Step)
{
    /// <summary>Where a stored run is.</summary>
    public static RunProgress Of(Run run) => new(run.State, run.Reason, run.Stage, run.StageStep, run.StageTotal, run.LeftSeconds, run.Step);
}

/// <summary>Histories of a run that a reader keeps.</summary>
[Flags]
public enum RunHistories
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>Values of metrics.</summary>
    Metrics = 1,

    /// <summary>Steps with completions.</summary>
    Completions = 2,

    /// <summary>The log.</summary>
    Log = 4,

    /// <summary>All of them.</summary>
    All = Metrics | Completions | Log,
}

/// <summary>News of a run: what was stored since the update before. Two of them can be joined, so a slow reader gets one.</summary>
/// <param name="RunId">The run.</param>
/// <param name="LastEvent">Number of the last event stored; a reader that was away asks for what came after the one it has.</param>
/// <param name="Progress">Where it is now.</param>
/// <param name="Values">New values.</param>
/// <param name="CompletionSteps">Steps whose completions have come.</param>
/// <param name="Log">New sentences.</param>
/// <param name="Checkpoints">Whether the list of checkpoints changed.</param>
/// <param name="RewoundTo">Where the trainer went on from an earlier step: values after it are void, but for those in this update.</param>
/// <param name="Steps">Time and tokens of the steps of <paramref name="Values"/>.</param>
/// <param name="Gap">Histories of which something was left out because it was too much: the reader reads them again.</param>
/// <param name="Version">The run's version whose state this is: what people change does not wait for events, nor events for them.</param>
public sealed record RunUpdate(
    string RunId, long LastEvent, RunProgress Progress,
    IReadOnlyList<LiveValue> Values, IReadOnlyList<long> CompletionSteps, IReadOnlyList<RunLogLine> Log, bool Checkpoints = false, long? RewoundTo = null,
    IReadOnlyList<LiveStep>? Steps = null, RunHistories Gap = RunHistories.None, long Version = 0)
{
    /// <summary>An update that says only where the run is.</summary>
    public static RunUpdate Of(Run run) => new(run.Id, run.LastEvent, RunProgress.Of(run), [], [], [], Version: run.Version);
}
