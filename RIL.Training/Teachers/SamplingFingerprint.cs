using RIL.Training.Generation;

namespace RIL.Training.Teachers;

/// <summary>How answers were sampled, in words that stand beside each of them: answers under other settings are other answers.</summary>
public static class SamplingFingerprint
{
    /// <summary>Every setting that changes what is drawn; the seed is none of them, as it only tells draws apart.</summary>
    public static string Of(SamplingOptions sampling) => sampling.Greedy
        ? FormattableString.Invariant($"greedy, max_length {sampling.MaxNewTokens}")
        : FormattableString.Invariant(
            $"temperature {sampling.Temperature}, top_k {sampling.TopK}, top_p {sampling.TopP}, min_p {sampling.MinP}, ")
            + FormattableString.Invariant($"repetition_penalty {sampling.RepetitionPenalty}, max_length {sampling.MaxNewTokens}");
}
