namespace RIL.Training.Rewards;

/// <summary>The reward for being right: a judge's verdict on the completion against the example's ground truth.</summary>
public sealed class AnswerReward(IJudge judge) : IReward
{
    /// <inheritdoc/>
    public string Name => "answer";

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<JudgedCompletion> completions, CancellationToken cancellation) =>
        judge.AskAsync(completions, cancellation);
}
