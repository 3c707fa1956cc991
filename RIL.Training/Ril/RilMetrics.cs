using RIL.Training.Grpo;

namespace RIL.Training.Ril;

/// <summary>The metrics of a step under TRL's names and ours; what does not exist in this run is absent.</summary>
public static class RilMetrics
{
    /// <summary>All of them.</summary>
    public static Dictionary<string, double> Of(RilStepResult result, double learningRate)
    {
        var m = new Dictionary<string, double> { ["learning_rate"] = learningRate };
        (OutputScore Score, RolloutOutput Output)[] all = [.. result.Scores.Zip(result.Groups.SelectMany(g => g.Outputs))];
        var students = all.Where(o => o.Output.IsStudent).ToArray();
        Rewards(m, students);
        Completions(m, [.. students.Select(s => s.Output)]);
        foreach (var teacher in all.Where(o => !o.Output.IsStudent).GroupBy(o => o.Output.Source)) Teacher(m, teacher.Key, [.. teacher]);
        if (result.Advantages.MeanStandardDeviation is { } deviation) m["reward_std"] = deviation;
        if (result.Advantages.ZeroSpreadFraction is { } zero) m["frac_reward_zero_std"] = zero;
        Judge(m, result.Scores);
        if (result.Discriminator is { } discriminator) Discriminator(m, discriminator, [.. all.Select(o => o.Output)]);
        Policy(m, result.Updates);
        Timings(m, result);
        return m;
    }

    // reward and rewards/… speak of the student's own outputs; the teachers' stand under teacher/.
    private static void Rewards(Dictionary<string, double> m, (OutputScore Score, RolloutOutput Output)[] outputs)
    {
        MeanAndDeviation(m, "rewards/similarity", outputs.Select(o => o.Score.Similarity));
        MeanAndDeviation(m, "rewards/answer", outputs.Select(o => o.Score.Answer));
        double[] rewards = [.. outputs.Where(o => o.Score.Reward is not null).Select(o => o.Score.Reward!.Value)];
        if (rewards.Length > 0) m["reward"] = rewards.Average();
    }

    // Of what the judge was asked; a group is incomplete where it lost an output for that.
    private static void Judge(Dictionary<string, double> m, IReadOnlyList<OutputScore> scores)
    {
        OutputScore[] asked = [.. scores.Where(s => s.Asked)];
        if (asked.Length == 0) return;
        m["judge/judged"] = asked.Count(s => !s.Abstained);
        m["judge/abstain_ratio"] = asked.Average(s => s.Abstained ? 1.0 : 0);
        m["judge/incomplete_groups_ratio"] =
            scores.GroupBy(s => s.Group).Average(g => g.Any(s => s.InGroup && s.Abstained) ? 1.0 : 0);
    }

    private static void Completions(Dictionary<string, double> m, RolloutOutput[] outputs)
    {
        int[] lengths = [.. outputs.Select(o => o.TokenIds.Length)];
        m["completions/mean_length"] = lengths.Average();
        m["completions/min_length"] = lengths.Min();
        m["completions/max_length"] = lengths.Max();
        m["completions/clipped_ratio"] = outputs.Average(o => o.Truncated ? 1.0 : 0);
        var samples = outputs.Where(o => o.Sample is not null).Select(o => o.Sample!).ToArray();
        if (samples.Length == 0) return;
        m["entropy"] = samples.SelectMany(s => s.Entropies).Average(e => (double)e);
        m["sampling/kept_mass_mean"] = samples.SelectMany(s => s.KeptMass).Average(e => (double)e);
    }

    private static void Teacher(Dictionary<string, double> m, string name, (OutputScore Score, RolloutOutput Output)[] outputs)
    {
        Mean(m, $"teacher/{name}/rewards/similarity/mean", outputs.Select(o => o.Score.Similarity));
        Mean(m, $"teacher/{name}/rewards/answer/mean", outputs.Select(o => o.Score.Answer));
        m[$"teacher/{name}/clipped_ratio"] = outputs.Average(o => o.Output.Truncated ? 1.0 : 0);
        m[$"teacher/{name}/length/mean"] = outputs.Average(o => (double)o.Output.TokenIds.Length);
    }

    private static void Discriminator(Dictionary<string, double> m, DiscriminatorStep step, RolloutOutput[] outputs)
    {
        // On fresh outputs, before D has learnt from them.
        double[] students = [.. outputs.Zip(step.ScoresBefore).Where(o => o.First.IsStudent).Select(o => o.Second)];
        var teachers = outputs.Zip(step.ScoresBefore).Where(o => !o.First.IsStudent).ToArray();
        double studentAccuracy = students.Average(s => s >= 0.5 ? 1.0 : 0);
        m["discriminator/accuracy_student"] = studentAccuracy;
        m["discriminator/student_score_mean"] = students.Average();
        if (teachers.Length > 0)
        {
            double teacherAccuracy = teachers.Average(t => t.Second < 0.5 ? 1.0 : 0);
            m["discriminator/accuracy_teacher"] = teacherAccuracy;
            m["discriminator/accuracy"] = (studentAccuracy * students.Length + teacherAccuracy * teachers.Length) / outputs.Length;
            m["discriminator/teacher_score_mean"] = teachers.Average(t => t.Second);
            foreach (var teacher in teachers.GroupBy(t => t.First.Source))
                m[$"teacher/{teacher.Key}/discriminator/accuracy"] = teacher.Average(t => t.Second < 0.5 ? 1.0 : 0);
        }
        if (step.Updates.Count == 0) return;
        m["discriminator/loss"] = step.Updates[0].Loss;
        m["discriminator/grad_norm"] = step.Updates[^1].GradientNorm;
        m["discriminator/skipped_ratio"] = step.Updates.Average(u => u.Skipped ? 1.0 : 0);
    }

    private static void Policy(Dictionary<string, double> m, IReadOnlyList<PolicyUpdateResult> updates)
    {
        PolicyUpdateResult[] counted = [.. updates.Where(u => u.Passes.Count > 0)];
        if (counted.Length == 0) return; // nothing took part: there is no loss
        m["loss"] = updates.Average(u => u.Loss);
        m["grad_norm"] = updates.Average(u => u.GradientNorm);
        if (updates[0].SamplingDifference is { } difference) m["sampling/policy_difference"] = difference;
        double Mean(Func<PolicyStatistics, double> ofPass) => counted.Average(u => u.Mean(ofPass));
        m["kl"] = Mean(p => p.Kl / p.Tokens);
        m["clip_ratio/low_mean"] = Mean(p => p.ClippedLow / p.Ratios);
        m["clip_ratio/high_mean"] = Mean(p => p.ClippedHigh / p.Ratios);
        m["clip_ratio/region_mean"] = Mean(p => (p.ClippedLow + p.ClippedHigh) / p.Ratios);
    }

    private static void Timings(Dictionary<string, double> m, RilStepResult result)
    {
        RilTimings t = result.Timings;
        (m["timing_s/sample"], m["timing_s/discriminator"], m["timing_s/judge"], m["timing_s/score"], m["timing_s/update"],
            m["timing_s/step"], m["step_time"]) =
            (t.Sample, t.Discriminator, t.Judge, t.Score, t.Update, t.Step, t.Step);
        m["perf/tokens_per_second"] = result.Groups.Sum(g => g.Outputs.Sum(o => o.TokenIds.Length)) / t.Step;
    }

    private static void MeanAndDeviation(Dictionary<string, double> m, string name, IEnumerable<double?> values)
    {
        double[] known = [.. values.OfType<double>()];
        if (known.Length == 0) return;
        double mean = known.Average();
        m[name + "/mean"] = mean;
        m[name + "/std"] = known.Length < 2 ? 0 : Math.Sqrt(known.Sum(v => (v - mean) * (v - mean)) / (known.Length - 1));
    }

    private static void Mean(Dictionary<string, double> m, string name, IEnumerable<double?> values)
    {
        double[] known = [.. values.OfType<double>()];
        if (known.Length > 0) m[name] = known.Average();
    }
}
