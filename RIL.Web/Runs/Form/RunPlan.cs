using RIL.Training.Configuration;
using RIL.Web.Controls;

namespace RIL.Web.Runs.Form;

/// <summary>What a configuration will do, in a few lines.</summary>
public static class RunPlan
{
    /// <summary>A line a stage.</summary>
    public static IReadOnlyList<(string Stage, string Text)> Of(RunConfig c)
    {
        var lines = new List<(string, string)>();
        if (c.FineTunes)
        {
            string whose = c.SftSource switch { SftSource.GroundTruth => "the data set's answers", SftSource.TeacherAnswers => "the teachers' answers", SftSource.RightTeacherAnswers => "the teachers' right answers", _ => "the teachers' right long answers" };
            lines.Add(("SFT", $"imitates {whose}: {(c.SftSteps > 0 ? $"{Say.Count(c.SftSteps)} updates" : $"{Say.Number(c.SftEpochs)} epochs")} of {Say.Count(c.SftBatchSize)} at {Say.Number(c.SftLearningRate)}"));
        }
        if (c.TrainsPolicy)
        {
            if (c.UsesDiscriminator) lines.Add(("Discriminator", $"{Say.Count(c.DiscriminatorPretrainSteps)} updates before the loop{(c.TrainDiscriminator ? $", then goes on learning at {Say.Number(c.DiscriminatorLearningRate)}" : ", then frozen")}"));
            int prompts = c.CompletionsPerPrompt > 0 ? c.PromptsPerStep : 0;
            string teachers = c.TeachersInGroup && c.Teachers.Count > 0 ? $" + {Say.Count(c.CompletionsPerPrompt)} of {string.Join(", ", c.Teachers.Select(t => t.Name))}" : "";
            lines.Add((c.UsesDiscriminator ? "RIL" : "GRPO", $"{Say.Count(c.MaxSteps)} steps of {Say.Count(prompts)} questions, {Say.Count(c.CompletionsPerPrompt)} answers each{teachers}, up to {Say.Count(c.MaxCompletionLength)} tokens; {(c.UpdatesPerBatch == 1 ? "one update" : $"{Say.Count(c.UpdatesPerBatch)} updates")} a step at {Say.Number(c.LearningRate)}"));
            lines.Add(("Reward", $"{Say.Number(c.RewardWeights.Similarity)} × similarity + {Say.Number(c.RewardWeights.Answer)} × right answer, KL weight {Say.Number(c.Beta)}"));
        }
        lines.Add(("Evaluate", c.EvalDataset is null ? "nothing: no closing evaluation" : $"before and after each stage{(c.EvalLimit > 0 ? $" on {Say.Count(c.EvalLimit)} questions" : "")}{(c.EvalSteps > 0 ? $", and every {Say.Count(c.EvalSteps)} steps" : "")}"));
        return lines;
    }
}
