using RIL.Training.Grpo;
using RIL.Training.Rewards;

namespace RIL.Training.Configuration;

/// <summary>Relations between settings; kinds and ranges of single ones are checked as they are read.</summary>
public static class RunConfigCheck
{
    /// <summary>The configuration itself, or an <see cref="InputException"/> with one sentence per problem.</summary>
    public static RunConfig Checked(RunConfig config, string source)
    {
        string[] problems = [.. Problems(config)];
        return problems.Length == 0 ? config : throw new InputException(string.Join('\n', problems.Select(p => $"{source}: {p}")));
    }

    /// <summary>What makes the configuration unusable, one sentence each.</summary>
    public static IEnumerable<string> Problems(RunConfig c)
    {
        foreach (Setting setting in Setting.All)
            if (setting.Problem(c) is { } problem) yield return problem;
        if (c.Student.Length == 0) yield return "student is missing; expected a checkpoint folder.";
        if (c.Dataset.Length == 0) yield return "dataset is missing; expected a .jsonl or .parquet file or a folder.";
        foreach (string problem in JudgeProblems(c)) yield return problem;
        if (c.MinPixels > c.MaxPixels) yield return $"min_pixels is {c.MinPixels}, more than max_pixels, {c.MaxPixels}.";
        if (c.EvalSteps > 0 && c.ValidationDataset is null && c.EvalDataset is null)
            yield return $"eval_steps is {c.EvalSteps} and there is neither validation_dataset nor eval_dataset; give one, or set "
            + $"eval_steps to 0.";
        if (c.EarlyStoppingPatience > 0 && c.EvalSteps == 0)
            yield return $"early_stopping_patience is {c.EarlyStoppingPatience} and eval_steps is 0, so nothing would be evaluated during "
                + $"training; give the steps between evaluations, or set early_stopping_patience to 0.";
        if (c.Bf16) yield return "bf16 is true, and this trainer computes in float32; expected false.";
        if (c.SftSteps > 0 && c.SftEpochs > 0)
            yield return $"sft_steps is {c.SftSteps} and sft_epochs is {c.SftEpochs}; give one of them.";
        if (!c.TrainsPolicy && !c.FineTunes)
            yield return "nothing would be trained: policy is none or max_steps is 0, and sft_steps and sft_epochs are 0.";
        foreach (string problem in TeacherProblems(c)) yield return problem;
        if (c.TrainsPolicy) foreach (string problem in PolicyProblems(c)) yield return problem;
    }

    /// <summary>What is allowed and seldom meant, one sentence each.</summary>
    public static IEnumerable<string> Warnings(RunConfig c)
    {
        if (!c.TrainsPolicy) yield break;
        if (c.Beta == 0) yield return "beta is 0: nothing holds the student near its warm start; the paper ends far below the untrained "
            + "student this way.";
        if (c.LearningRate == 0) yield return "learning_rate is 0: the student will not change.";
        if (c.UsesDiscriminator && c.DiscriminatorPretrainSteps == 0 && !c.TrainDiscriminator)
            yield return "the discriminator is neither pre-trained nor trained: its scores mean nothing.";
        if (c.LossType == LossType.Grpo && c.ScaleRewards == ScaleRewards.None)
            yield return "loss_type is grpo and scale_rewards is none; GRPO divides by the group's standard deviation.";
        if (c.WarmupSteps >= c.MaxSteps)
            yield return $"warmup_steps is {c.WarmupSteps} of {c.MaxSteps} steps: the learning rate never arrives.";
    }

    private static IEnumerable<string> JudgeProblems(RunConfig c)
    {
        bool marks = c.Judge == JudgeRule.AfterMarker;
        if (marks && c.AnswerPattern is not (AnswerPattern.Auto or AnswerPattern.Marker))
            yield return $"judge is after_marker and answer_pattern is {c.AnswerPattern.ToString().ToLowerInvariant()}; expected judge: "
                + $"exact "
                + "with this pattern, or answer_pattern: marker.";
        if ((marks || c.AnswerPattern == AnswerPattern.Marker) && string.IsNullOrWhiteSpace(c.AnswerMarker))
            yield return $"{(marks ? "judge is after_marker" : "answer_pattern is marker")} and answer_marker is missing; expected the "
                + $"text "
                + "after which the answer stands.";
    }

    private static IEnumerable<string> TeacherProblems(RunConfig c)
    {
        if (c.UsesTeachers && c.Teachers.Count == 0)
        {
            yield return "teachers is empty; expected at least one, or teachers_in_group: false with reward_weights.similarity: 0 for "
                + "training without teachers.";
            yield break;
        }
        foreach (var twice in c.Teachers.GroupBy(t => t.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
            yield return $"two teachers are called '{twice.Key}'; expected different names.";
        foreach (TeacherSource teacher in c.Teachers.Where(t => t.Name is "before" or "sft" || PolicyNames.Contains(t.Name)))
            yield return $"a teacher is called '{teacher.Name}', as the student is in the closing table; expected another name.";
        foreach (TeacherSource teacher in c.Teachers.Where(t => t.Name == "student"
            || t.Name.Any(ch => ch is '/' or '\\' || char.IsControl(ch))))
            yield return $"a teacher is called '{teacher.Name}'; expected another name than student, without slashes, because it becomes "
                + $"part of metric names.";
    }

    private static IEnumerable<string> PolicyProblems(RunConfig c)
    {
        if (c.RewardWeights is { Similarity: 0, Answer: 0 }) yield return "reward_weights are both 0; expected at least one above 0.";
        if (c.CompletionsPerStep % c.CompletionsPerPrompt != 0)
            yield return $"per_device_train_batch_size times gradient_accumulation_steps is {c.CompletionsPerStep}, not a multiple of "
                + $"num_generations, {c.CompletionsPerPrompt}; expected whole groups in a step, for instance "
                + $"{(c.CompletionsPerStep / c.CompletionsPerPrompt + 1) * c.CompletionsPerPrompt}.";
        if (c.CompletionsPerPrompt == 1 && !c.TeachersInGroup)
            yield return "num_generations is 1 and teachers_in_group is false: a group of one has no baseline; expected at least 2.";
    }
}
