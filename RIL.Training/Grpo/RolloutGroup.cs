using RIL.Training.Datasets;
using RIL.Training.Generation;
using RIL.Training.Models;

namespace RIL.Training.Grpo;

/// <summary>One output of a question: the student's own or a teacher's kept answer.</summary>
/// <param name="Source"><c>student</c> or the teacher's name.</param>
/// <param name="TokenIds">Tokens, end token included where the output has one.</param>
/// <param name="Text">The text that judges read.</param>
/// <param name="Truncated">Whether it was cut at the longest length, and so has no end token.</param>
/// <param name="Sample">What the sampler knows of it; null for teachers.</param>
/// <param name="CanonicalIds">The same text in the tokens that the tokenizer gives it, for readers who must not tell sides by the tokens
/// alone; null = as <paramref name="TokenIds"/>.</param>
public sealed record RolloutOutput(string Source, int[] TokenIds, string Text, bool Truncated, SampledCompletion? Sample,
    int[]? CanonicalIds = null)
{
    /// <summary>The source of the student's own outputs.</summary>
    public const string Student = "student";

    /// <summary>The tokens that the discriminator reads.</summary>
    public int[] ReadIds => CanonicalIds ?? TokenIds;

    /// <summary>Whether the student wrote it.</summary>
    public bool IsStudent => Source == Student;
}

/// <summary>A question and its outputs, the student's first.</summary>
public sealed record RolloutGroup(Example Example, EncodedPrompt Prompt, IReadOnlyList<RolloutOutput> Outputs);

/// <summary>Where a step's outputs come from.</summary>
public interface IRolloutSource
{
    /// <summary>The groups of a step; the same step gives the same groups under the same weights.</summary>
    IReadOnlyList<RolloutGroup> Collect(int step);
}
