namespace RIL.Training.Rewards;

/// <summary>Something that scores completions.</summary>
public interface IReward
{
    /// <summary>Name in metrics: <c>rewards/{name}/mean</c>.</summary>
    string Name { get; }

    /// <summary>One verdict per completion, in order; a failure to judge is an abstention, not an exception.</summary>
    ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<JudgedCompletion> completions, CancellationToken cancellation);
}
