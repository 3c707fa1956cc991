using RIL.Training.Ril;
using RIL.Web.Controls;
using static RIL.Web.Runs.Pages.HealthLevel;

namespace RIL.Web.Runs.Pages;

/// <summary>
/// What to know about a run, in words: each rule looks at the newest steps of a metric, names the number it saw and says what to do. Thresholds are where a run of this kind stops learning
/// what it is for, not where a line merely looks unusual.
/// </summary>
public static class RunHealth
{
    private const int Window = 20;

    /// <summary>Metrics that the rules ask for.</summary>
    public static IReadOnlyList<string> Metrics { get; } =
    [
        "frac_reward_zero_std", "discriminator/accuracy", "discriminator/accuracy_student", "discriminator/accuracy_teacher", "kl", "clip_ratio/region_mean", "completions/clipped_ratio",
        "completions/mean_length", "grad_norm", "entropy", "judge/abstain_ratio", "reward", "rewards/answer/mean", "eval/accuracy", "step_time",
    ];

    /// <summary>Values of each metric to read.</summary>
    public static int Depth => 200;

    /// <summary>The notes, gravest first; one that says so where nothing is unusual.</summary>
    public static IReadOnlyList<HealthNote> Of(HealthFacts facts)
    {
        HealthNote?[] all = [NotANumber(facts), Stale(facts), EqualRewards(facts), OneSided(facts), Blind(facts), TooStrong(facts), Divergence(facts), Clipping(facts), CutOff(facts), Spikes(facts), Entropy(facts), Abstained(facts), Shorter(facts), PastBest(facts), Course(facts)];
        HealthNote[] notes = [.. all.OfType<HealthNote>().OrderByDescending(n => n.Level)];
        if (notes.Any(n => n.Level >= Warning) || facts.Recent.Values.All(v => v.Count < 5)) return notes;
        return [.. notes, new HealthNote(Good, "Nothing unusual: gradients, divergence, lengths and the discriminator are where they should be.", null, null)];
    }

    private static HealthNote? NotANumber(HealthFacts f) => f.NotNumbers.Count == 0 ? null : new HealthNote(
        Bad, $"{f.NotNumbers[0].Metric} was not a number in {Say.Count(f.NotNumbers[0].Count)} of {Say.Count(f.NotNumbers[0].Of)} values{(f.NotNumbers.Count > 1 ? $", and {f.NotNumbers.Count - 1} more metrics at times" : "")}.",
        "Lower learning_rate, or max_grad_norm; go on from a checkpoint before it.", f.NotNumbers[0].Metric);

    private static HealthNote? Stale(HealthFacts f)
    {
        if (f.State != RunState.Running || f.LastNews is not { } last) return null;
        double silent = (f.Now - last).TotalSeconds, usual = f.Mean("step_time", Window, 1) ?? 5;
        return silent > Math.Max(120, 20 * usual)
            ? new HealthNote(Warning, $"No metrics for {Say.Duration(TimeSpan.FromSeconds(silent))}; a step usually takes {Say.Number(usual)} s.", "An evaluation may be under way; else look at the log and at the machine's memory.", "step_time")
            : null;
    }

    private static HealthNote? EqualRewards(HealthFacts f) => f.Mean("frac_reward_zero_std", Window) is not { } share || share < 0.4 ? null : new HealthNote(
        share >= 0.8 ? Bad : Warning, $"All rewards are equal in {Say.Percent(share)} of the groups (mean of the last {Window} steps): no gradient comes from them.",
        f.Config.RewardWeights.Similarity > 0 && f.Config.Similarity == Similarity.Binary
            ? "Use similarity: graded, which tells answers apart that are all on one side of 0.5; or raise num_generations."
            : "Raise num_generations or temperature, or take questions that the student gets right only at times.", "frac_reward_zero_std");

    private static HealthNote? OneSided(HealthFacts f) =>
        f.Mean("discriminator/accuracy_student", Window) is { } student && f.Mean("discriminator/accuracy_teacher", Window) is { } teacher && Math.Abs(student - teacher) > 0.5
            ? new HealthNote(Warning, $"The discriminator calls nearly everything the {(student > teacher ? "student's" : "teachers'")}: it is right on {Say.Percent(student)} of the student's answers and {Say.Percent(teacher)} of the teachers'.",
                "It has little left to tell them apart by. With similarity: graded the reward still orders answers; raise discriminator_learning_rate or discriminator_pretrain_steps if it was so from the start.", "discriminator/accuracy_teacher")
            : null;

    private static HealthNote? Blind(HealthFacts f) => f.Mean("discriminator/accuracy", Window) is { } accuracy && accuracy is > 0.42 and < 0.56 && OneSided(f) is null
        ? new HealthNote(Warning, $"The discriminator is right in {Say.Percent(accuracy)} of the answers: it cannot tell the student from its teachers.",
            "Either the student imitates them well (look at similarity and answers), or the discriminator learns too slowly: raise discriminator_learning_rate or discriminator_steps.", "discriminator/accuracy")
        : null;

    private static HealthNote? TooStrong(HealthFacts f) => f.Mean("discriminator/accuracy", Window) is { } accuracy && accuracy > 0.985
        ? new HealthNote(Warning, $"The discriminator is right in {Say.Percent(accuracy)} of the answers: similarity gives the student almost nothing to go by.",
            f.Config.Similarity == Similarity.Binary ? "Use similarity: graded, or lower discriminator_learning_rate, or set discriminator_loss_floor." : "Lower discriminator_learning_rate or discriminator_steps, or set discriminator_loss_floor.", "discriminator/accuracy")
        : null;

    private static HealthNote? Divergence(HealthFacts f)
    {
        double[] kl = f.Last("kl");
        if (kl.Length < 2 * Window) return null;
        double now = kl[^Window..].Average(), before = kl[^(2 * Window)..^Window].Average();
        bool grows = now > 1 && now > 1.5 * Math.Max(before, 1e-6);
        return now > 10 || grows
            ? new HealthNote(now > 10 ? Bad : Warning, $"The divergence from the warm-started student is {Say.Number(now)} nats and {(grows ? "grows" : "large")} ({Say.Number(before)} {Window} steps before).",
                f.Config.Beta == 0 ? "beta is 0, so nothing holds it back: set it to 0.01 to 0.05, or lower learning_rate." : $"Raise beta (now {Say.Number(f.Config.Beta)}) or lower learning_rate.", "kl")
            : null;
    }

    private static HealthNote? Clipping(HealthFacts f) => f.Mean("clip_ratio/region_mean", Window) is { } share && share > 0.15
        ? new HealthNote(Warning, $"{Say.Percent(share)} of the tokens are clipped: their gradient is thrown away.", "Lower learning_rate or num_iterations, or raise epsilon.", "clip_ratio/region_mean") : null;

    private static HealthNote? CutOff(HealthFacts f) => f.Mean("completions/clipped_ratio", Window) is { } share && share > 0.05
        ? new HealthNote(share > 0.3 ? Bad : Warning, $"{Say.Percent(share)} of the completions hit max_completion_length ({Say.Count(f.Config.MaxCompletionLength)} tokens) and were cut before their end.",
            "Raise max_completion_length; or set mask_truncated_completions, so that what was cut is not learnt from.", "completions/clipped_ratio")
        : null;

    private static HealthNote? Spikes(HealthFacts f)
    {
        if (!f.Recent.TryGetValue("grad_norm", out var points) || points.Count < Window) return null;
        double[] sorted = [.. points.Select(p => p.Value).Where(double.IsFinite).Order()];
        if (sorted.Length < Window) return null;
        double median = sorted[sorted.Length / 2];
        (long step, double most) = points.Where(p => double.IsFinite(p.Value)).MaxBy(p => p.Value);
        return median > 0 && most > 10 * median
            ? new HealthNote(Info, $"The gradient's norm was {Say.Number(most)} at step {Say.Count(step)}, {Say.Number(most / median)} times its median.",
                f.Config.MaxGradNorm > 0 ? $"It was scaled down to max_grad_norm ({Say.Number(f.Config.MaxGradNorm)}); if it happens often, lower learning_rate." : "max_grad_norm is 0, so it went through whole: set it to 1.", "grad_norm")
            : null;
    }

    private static HealthNote? Entropy(HealthFacts f)
    {
        double[] values = f.Last("entropy");
        if (values.Length < 2 * Window) return null;
        double first = values[..Window].Average(), now = values[^Window..].Average();
        return now < 0.02 || (first > 0.1 && now < 0.1 * first)
            ? new HealthNote(Warning, $"Entropy fell to {Say.Number(now)} nats a token: the student hardly tries anything else any more.", "Raise temperature or epsilon_high, or stop here: more steps will change little.", "entropy")
            : null;
    }

    private static HealthNote? Abstained(HealthFacts f) => f.Mean("judge/abstain_ratio", Window) is { } share && share > 0.02
        ? new HealthNote(Warning, $"The judge abstained on {Say.Percent(share)} of the answers; they take no part.", "Read some of them under Completions; the rule of the judge may not fit the form of the answers (judge, answer_pattern, answer_marker).", "judge/abstain_ratio") : null;

    private static HealthNote? Shorter(HealthFacts f)
    {
        double[] lengths = f.Last("completions/mean_length");
        if (lengths.Length < 2 * Window) return null;
        double first = lengths[..Window].Average(), now = lengths[^Window..].Average();
        return now < first / 2.5
            ? new HealthNote(Info, $"Completions became shorter: {Say.Number(now)} tokens, {Say.Number(first)} before.", "Read some under Completions: short answers can be a way around the reward.", "completions/mean_length") : null;
    }

    private static HealthNote? PastBest(HealthFacts f)
    {
        if (!f.Recent.TryGetValue("eval/accuracy", out var points) || points.Count < 3) return null;
        (long step, double best) = points.MaxBy(p => p.Value);
        double now = points[^1].Value;
        return best - now > 0.02
            ? new HealthNote(Warning, $"Accuracy on held-out questions is {Say.Percent(now)}, below its best of {Say.Percent(best)} at step {Say.Count(step)}.", "If a checkpoint near that step is there, keep it: it is the better student.", "eval/accuracy") : null;
    }

    private static HealthNote? Course(HealthFacts f)
    {
        double[] rewards = f.Last("reward");
        if (rewards.Length < 2 * Window) return null;
        double first = rewards[..Window].Average(), now = rewards[^Window..].Average();
        double[] right = f.Last("rewards/answer/mean");
        string answers = right.Length >= 2 * Window ? $"; right answers went from {Say.Percent(right[..Window].Average())} to {Say.Percent(right[^Window..].Average())}" : "";
        return new HealthNote(now > first ? Good : Info, $"The student's reward {(now > first ? "rose" : "did not rise")}: {Say.Number(first)} in the first {Window} steps looked at, {Say.Number(now)} in the last{answers}.", null, "reward");
    }
}
