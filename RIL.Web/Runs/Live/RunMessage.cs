using System.Runtime.CompilerServices;

namespace RIL.Web.Runs.Live;

/// <summary>New values of a metric.</summary>
/// <param name="Steps">Steps of the run.</param>
/// <param name="Values">Their values; null = not a number.</param>
public sealed record MessageSeries(IReadOnlyList<long> Steps, IReadOnlyList<double?> Values);

/// <summary>Time and tokens of steps.</summary>
/// <param name="Steps">Steps of the run.</param>
/// <param name="Times">Milliseconds since 1970 at which their metrics were written.</param>
/// <param name="Tokens">Tokens so far; null where the trainer did not say.</param>
public sealed record MessageSteps(IReadOnlyList<long> Steps, IReadOnlyList<long> Times, IReadOnlyList<double?> Tokens);

/// <summary>What goes over the wire about a run, in a live update and in the answer to who was away.</summary>
/// <param name="Run">The run.</param>
/// <param name="LastEvent">Number of its last event stored; named again after a reconnect.</param>
/// <param name="Progress">State, stage and step.</param>
/// <param name="Metrics">New values by metric.</param>
/// <param name="Steps">Time and tokens of their steps.</param>
/// <param name="Completions">Steps whose completions have come.</param>
/// <param name="Log">New sentences.</param>
/// <param name="Checkpoints">Whether the list of checkpoints changed.</param>
/// <param name="RewoundTo">Values after this step that were received before are void.</param>
/// <param name="GapTooLarge">Something is missing here: what <paramref name="ReadAgain"/> names is to be read again over HTTP.</param>
/// <param name="ReadAgain">metrics, completions or log.</param>
public sealed record RunMessage(
    string Run, long LastEvent, RunProgress Progress, IReadOnlyDictionary<string, MessageSeries> Metrics, MessageSteps Steps,
    IReadOnlyList<long> Completions, IReadOnlyList<RunLogLine> Log, bool Checkpoints, long? RewoundTo, bool GapTooLarge, IReadOnlyList<RunHistories> ReadAgain)
{
    // Fifty who watch a run get one update: its message is made once.
    private static readonly ConditionalWeakTable<RunUpdate, RunMessage> Made = [];

    /// <summary>The message of an update; the same one for the same update.</summary>
    public static RunMessage Of(RunUpdate update) => Made.GetValue(update, Make);

    private static RunMessage Make(RunUpdate update)
    {
        IReadOnlyList<LiveStep> steps = update.Steps ?? [];
        return new RunMessage(
            update.RunId, update.LastEvent, update.Progress,
            update.Values.GroupBy(v => v.Metric).ToDictionary(g => g.Key, g => new MessageSeries([.. g.Select(v => v.Step)], [.. g.Select(v => Number(v.Value))])),
            new MessageSteps([.. steps.Select(s => s.Step)], [.. steps.Select(s => s.Time.ToUnixTimeMilliseconds())], [.. steps.Select(s => s.Tokens)]),
            update.CompletionSteps, update.Log, update.Checkpoints, update.RewoundTo, update.Gap != RunHistories.None,
            [.. ((RunHistories[])[RunHistories.Metrics, RunHistories.Completions, RunHistories.Log]).Where(h => update.Gap.HasFlag(h))]);
    }

    private static double? Number(double value) => double.IsFinite(value) ? value : null;
}
