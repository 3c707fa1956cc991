namespace RIL.Web.Runs.Completions;

/// <summary>A question of a step with everything that was answered to it.</summary>
/// <param name="Number">Its place in the step, from 0; names it in addresses.</param>
/// <param name="Prompt">The question as text, <c>&lt;image&gt;</c> where a picture stands.</param>
/// <param name="Images">Names of the pictures in the data set.</param>
/// <param name="Answer">The right answer, where the data set is at hand.</param>
/// <param name="QuestionType">The kind of question, where known.</param>
/// <param name="Outputs">The student's completions, then the teachers' answers.</param>
public sealed record CompletionGroup(
    int Number, string Prompt, IReadOnlyList<string> Images, string? Answer, string? QuestionType, IReadOnlyList<CompletionOutput> Outputs)
{
    /// <summary>Whether all outputs that took part have the same reward, so that nothing was learnt from the question.</summary>
    public bool NoGradient => Outputs.All(o => o.Advantage is null or 0);

    /// <summary>The question as people read it.</summary>
    public string Question => Prompt.Replace("<image>", "", StringComparison.Ordinal).Trim();
}

/// <summary>One answer with what was thought of it.</summary>
/// <param name="Text">The answer.</param>
/// <param name="Source"><c>student</c> or the teacher's name.</param>
/// <param name="Rewards">Verdicts by reward; null where one abstained.</param>
/// <param name="Reward">R: the rewards times their weights; null where the judge abstained.</param>
/// <param name="DiscriminatorScore">D in 0 (a teacher's) to 1 (the student's).</param>
/// <param name="JudgeReason">The judge's reason, where it gave one.</param>
/// <param name="Advantage">Advantage within the group; null where the output took no part.</param>
public sealed record CompletionOutput(
    string Text, string Source, IReadOnlyDictionary<string, double?> Rewards, double? Reward, double? DiscriminatorScore, string? JudgeReason, double? Advantage)
{
    /// <summary>The source of the student's own outputs.</summary>
    public const string Student = "student";

    /// <summary>Whether the student wrote it.</summary>
    public bool IsStudent => Source == Student;

    /// <summary>The judge's verdict.</summary>
    public double? Judge => Rewards.GetValueOrDefault("answer");
}
