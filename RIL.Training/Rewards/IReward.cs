using RIL.Training.Datasets;

namespace RIL.Training.Rewards;

/// <summary>A completion to be judged; <paramref name="Source"/> is <c>student</c> or the teacher's name.</summary>
public sealed record JudgedCompletion(Example Example, string Text, string Source);

/// <summary>
/// A reward's verdict; a null <paramref name="Value"/> means it abstains and the output leaves its group, never that it is scored 0.
/// </summary>
public readonly record struct Verdict(double? Value, string? Reason);

/// <summary>Something that scores completions.</summary>
public interface IReward
{
    /// <summary>Name in metrics: <c>rewards/{name}/mean</c>.</summary>
    string Name { get; }

    /// <summary>One verdict per completion, in order; a failure to judge is an abstention, not an exception.</summary>
    ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<JudgedCompletion> completions, CancellationToken cancellation);
}
