namespace RIL.Training.Runs;

/// <summary>A completion as it is kept for people to read.</summary>
/// <param name="Prompt">The question as text.</param>
/// <param name="Completion">The answer.</param>
/// <param name="Source"><c>student</c> or the teacher's name.</param>
/// <param name="Rewards">Verdicts by reward, null where one abstained; every row of a step has the same rewards.</param>
/// <param name="DiscriminatorScore">D in 0 (teacher) to 1 (student), where there is a discriminator.</param>
/// <param name="JudgeReason">The judge's reason, where it gave one.</param>
/// <param name="Advantage">Advantage within its group; null where the output left it.</param>
/// <param name="Image">Names of the pictures, separated by blanks.</param>
public sealed record CompletionRow(
    string Prompt, string Completion, string Source, IReadOnlyDictionary<string, double?> Rewards,
    double? DiscriminatorScore, string? JudgeReason, double? Advantage, string? Image);
