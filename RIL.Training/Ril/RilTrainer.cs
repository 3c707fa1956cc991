using System.Diagnostics;
using RIL.Training.Grpo;
using RIL.Training.Rewards;

namespace RIL.Training.Ril;

/// <summary>
/// One step of Algorithm 2 (Lee et al., arXiv 2510.19307): take G outputs of the student and G of the teachers for each question; update
/// the discriminator on them (Equation 1); reward all 2G, R = w_s · similarity(D) + w_a · judge; A = R − mean of the group; update the
/// student (Equation 2). Without a discriminator and teachers the same step is GRPO or Dr.GRPO. A reward of weight 0 is not asked for.
/// </summary>
public sealed class RilTrainer(RilSettings settings, IRolloutSource rollouts, IReward judge, DiscriminatorPrompts? prompts,
    Discriminator? discriminator, PolicyUpdate policy)
{
    /// <summary>Runs step <paramref name="step"/> with the given learning rates.</summary>
    public RilStepResult Step(int step, double learningRate, double discriminatorLearningRate, CancellationToken cancellation = default)
    {
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<RolloutGroup> groups = rollouts.Collect(step);
        double sampled = Seconds(start);
        DiscriminatorStep? verdict = discriminator is null || settings.SimilarityWeight == 0 ? null
            : Discriminate(groups, discriminatorLearningRate);
        double discriminated = Seconds(start);
        IReadOnlyList<Verdict>? answers = settings.AnswerWeight == 0 ? null : Judge(groups, cancellation);
        double judged = Seconds(start);
        OutputScore[] scores = Score(groups, answers, verdict?.ScoresAfter);
        Advantages advantages = GroupAdvantage.Of([.. scores.Select(s => new GroupedReward(s.Group, s.GroupReward))],
            settings.ScaleRewards);
        bool[] masked = [.. groups.SelectMany(g => g.Outputs).Select(o => settings.MaskTruncated && o.Truncated)];
        IReadOnlyList<PolicyUpdateResult> updates = policy.Run(groups, advantages.Values,
            [.. scores.Select(s => s.GroupReward is not null)], masked, settings.Iterations, learningRate);
        double updated = Seconds(start);
        return new RilStepResult(step, groups, scores, advantages, verdict, updates,
            new RilTimings(sampled, discriminated - sampled, judged - discriminated, policy.ReferenceSeconds,
            updated - judged - policy.ReferenceSeconds, updated));
    }

    private DiscriminatorStep Discriminate(IReadOnlyList<RolloutGroup> groups, double learningRate)
    {
        IReadOnlyList<DiscriminatorText> texts = prompts!.Of(groups);
        if (settings.DiscriminatorUpdates == 0)
        {
            double[] frozen = discriminator!.Scores(texts);
            return new DiscriminatorStep([], frozen, frozen);
        }
        // The first update's forward pass scores fresh outputs before any weight of D has seen them.
        DiscriminatorUpdate[] updates =
            [.. Enumerable.Range(0, settings.DiscriminatorUpdates)
            .Select(_ => discriminator!.Update(texts, learningRate, settings.DiscriminatorLossFloor))];
        return new DiscriminatorStep(updates, updates[0].Scores, discriminator!.Scores(texts));
    }

    private IReadOnlyList<Verdict> Judge(IReadOnlyList<RolloutGroup> groups, CancellationToken cancellation)
    {
        JudgedCompletion[] completions =
            [.. groups.SelectMany(g => g.Outputs.Select(o => new JudgedCompletion(g.Example, o.Text, o.Source)))];
        return judge.ScoreAsync(completions, cancellation).AsTask().GetAwaiter().GetResult();
    }

    private OutputScore[] Score(IReadOnlyList<RolloutGroup> groups, IReadOnlyList<Verdict>? answers, double[]? scores)
    {
        var results = new List<OutputScore>();
        for (int g = 0; g < groups.Count; g++)
            foreach (RolloutOutput output in groups[g].Outputs)
            {
                int i = results.Count;
                double? similarity = scores is null ? null : SimilarityReward.Of(scores[i], settings.Similarity);
                Verdict? answer = answers?[i];
                double? reward = answer is { Value: null } ? null : (settings.AnswerWeight * (answer?.Value ?? 0))
                    + (settings.SimilarityWeight * (similarity ?? 0));
                results.Add(new OutputScore(g, answer is not null, answer?.Value, answer?.Reason, scores?[i], similarity, reward,
                    output.IsStudent || settings.TeachersInGroup));
            }
        return [.. results];
    }

    private static double Seconds(long start) => Stopwatch.GetElapsedTime(start).TotalSeconds;
}
