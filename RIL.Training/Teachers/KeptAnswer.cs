namespace RIL.Training.Teachers;

/// <summary>One kept answer of a teacher.</summary>
/// <param name="Text">What it said.</param>
/// <param name="Truncated">Whether it stopped at the longest length: it has no end, and nobody is taught that it ends there.</param>
/// <param name="Sampling">How it was sampled (see <see cref="SamplingFingerprint"/>); null = nobody knows.</param>
public sealed record KeptAnswer(string Text, bool Truncated = false, string? Sampling = null)
{
    /// <summary>Whether there is anything to imitate: an answer that was cut before its first character is none.</summary>
    public bool HasContent => Text.Length > 0 || !Truncated;
}
