using RIL.Training.Datasets;

namespace RIL.Training.Rewards;

/// <summary>Asks a judge so that no failure of it can end a run or pass for a wrong answer.</summary>
public static class Judging
{
    /// <summary>
    /// One verdict per completion, in order; where the judge fails, or answers with another number of verdicts, all are abstentions with
    /// the reason.
    /// </summary>
    /// <exception cref="OperationCanceledException">Where <paramref name="cancellation"/> asked for it.</exception>
    public static async ValueTask<IReadOnlyList<Verdict>> AskAsync(this IJudge judge, IReadOnlyList<JudgedCompletion> completions,
        CancellationToken cancellation = default)
    {
        if (completions.Count == 0) return [];
        try
        {
            IReadOnlyList<Verdict> verdicts = await judge.JudgeAsync(completions, cancellation).ConfigureAwait(false);
            return verdicts.Count == completions.Count ? [.. verdicts.Select(Sound)]
                : Abstentions(completions, $"the judge gave {verdicts.Count} verdicts on {completions.Count} completions");
        }
        catch (Exception e) when (!(e is OperationCanceledException && cancellation.IsCancellationRequested))
        {
            return Abstentions(completions, $"the judge failed: {e.Message}");
        }
    }

    /// <summary>The same, waited for.</summary>
    public static IReadOnlyList<Verdict> Ask(this IJudge judge, IReadOnlyList<JudgedCompletion> completions,
        CancellationToken cancellation = default) => judge.AskAsync(completions, cancellation).AsTask().GetAwaiter().GetResult();

    /// <summary>The verdict on one text as an answer to an example.</summary>
    public static Verdict Ask(this IJudge judge, Example example, string text, string source) =>
        judge.Ask([new JudgedCompletion(example, text, source)])[0];

    // A reward that is no number would make every weight one.
    private static Verdict Sound(Verdict verdict) => verdict.Value is { } value && !double.IsFinite(value)
        ? Verdict.Abstention("the judge's verdict is no number")
        : verdict is { Value: null, Reason: null } ? Verdict.Abstention("the judge gave no reason") : verdict;

    private static Verdict[] Abstentions(IReadOnlyList<JudgedCompletion> completions, string reason)
    {
        var all = new Verdict[completions.Count];
        Array.Fill(all, Verdict.Abstention(reason));
        return all;
    }
}
