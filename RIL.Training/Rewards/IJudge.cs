using RIL.Training.Datasets;

namespace RIL.Training.Rewards;

/// <summary>A completion to be judged; <paramref name="Source"/> is <c>student</c> or the teacher's name.</summary>
public sealed record JudgedCompletion(Example Example, string Text, string Source);

/// <summary>
/// What a judge says of a completion: a number, or null where it abstains, with the reason. An abstention is never a 0: the output leaves
/// its group, and is counted.
/// </summary>
public readonly record struct Verdict(double? Value, string? Reason)
{
    /// <summary>Whether the completion is right; null where the judge abstains.</summary>
    public bool? IsRight => Value is { } value ? value == 1 : null;

    /// <summary>Right.</summary>
    public static Verdict Right { get; } = new(1, null);

    /// <summary>Wrong, and why.</summary>
    public static Verdict Wrong(string reason) => new(0, reason);

    /// <summary>No verdict, and why there is none.</summary>
    public static Verdict Abstention(string reason) => new(null, reason);
}

/// <summary>Something that decides whether completions give the right answer: a rule, a parser, or a model somewhere else.</summary>
public interface IJudge
{
    /// <summary>One verdict per completion, in order; what cannot be decided is an abstention with its reason.</summary>
    ValueTask<IReadOnlyList<Verdict>> JudgeAsync(IReadOnlyList<JudgedCompletion> completions, CancellationToken cancellation);
}
