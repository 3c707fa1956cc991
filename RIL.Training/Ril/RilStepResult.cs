using RIL.Training.Grpo;

namespace RIL.Training.Ril;

/// <summary>What a step thought of one output, group by group in the order of the outputs.</summary>
/// <param name="Group">Number of its question within the step.</param>
/// <param name="Asked">Whether the judge was asked.</param>
/// <param name="Answer">The judge's verdict; null = it abstained, or was not asked.</param>
/// <param name="Reason">Why, where the judge says.</param>
/// <param name="DiscriminatorScore">D after its updates; null without a discriminator.</param>
/// <param name="Similarity">The similarity reward.</param>
/// <param name="Reward">The weighted sum; null where the judge abstained.</param>
/// <param name="InGroup">Whether outputs of its side are learnt from.</param>
public sealed record OutputScore(int Group, bool Asked, double? Answer, string? Reason, double? DiscriminatorScore,
    double? Similarity, double? Reward, bool InGroup)
{
    /// <summary>Whether the judge was asked and said nothing.</summary>
    public bool Abstained => Asked && Answer is null;

    /// <summary>The reward that counts in the group; null = the output takes no part.</summary>
    public double? GroupReward => InGroup ? Reward : null;
}

/// <summary>The discriminator's part of a step: its updates, and D of every output before and after them.</summary>
public sealed record DiscriminatorStep(IReadOnlyList<DiscriminatorUpdate> Updates, double[] ScoresBefore, double[] ScoresAfter);

/// <summary>
/// Seconds of a step: sampling, discriminator, judge, the reference's scores, updates (old log-probabilities fall out of them), all.
/// </summary>
public sealed record RilTimings(double Sample, double Discriminator, double Judge, double Score, double Update, double Step);

/// <summary>Everything a step did, for metrics and kept completions.</summary>
public sealed record RilStepResult(
    int Step, IReadOnlyList<RolloutGroup> Groups, IReadOnlyList<OutputScore> Scores, Advantages Advantages,
    DiscriminatorStep? Discriminator,
    IReadOnlyList<PolicyUpdateResult> Updates, RilTimings Timings);
