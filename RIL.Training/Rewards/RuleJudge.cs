namespace RIL.Training.Rewards;

/// <summary>
/// A judge that is a rule: 1 where the completion gives the ground truth, else 0; it abstains only where the ground truth cannot be
/// compared at all. Texts are compared in Unicode's compatibility form (NFKC), without regard to case, with single blanks, and without
/// sentence marks, quotes and markdown signs at both ends.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>exact</c>: the whole completion.</item>
/// <item><c>numeric</c>: the last number of both (sign, thousands by commas, decimals, exponent, a/b), equal up to one part in a
/// million.</item>
/// <item><c>multiple_choice</c>: the option letter: the whole text, a leading "B.", the last "answer is B", the last "(B)", or the last
/// capital alone, in this order.</item>
/// <item><c>after_marker</c>: what follows the last marker, compared as text; 0 without a marker. A ground truth may be a whole answer
/// with the marker or its last part alone.</item>
/// </list>
/// </remarks>
public sealed class RuleJudge : IJudge
{
    private const double Tolerance = 1e-6;

    private readonly JudgeRule _rule;
    private readonly string? _marker;

    /// <summary>A judge of this rule; <paramref name="marker"/> is needed by <see cref="JudgeRule.AfterMarker"/> alone.</summary>
    public RuleJudge(JudgeRule rule, string? marker = null)
    {
        if (rule == JudgeRule.AfterMarker && string.IsNullOrWhiteSpace(marker))
            throw new InputException(
                "judge is after_marker and answer_marker is missing; expected the text after which the answer stands.");
        (_rule, _marker) = (rule, marker?.Trim());
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Verdict>> JudgeAsync(IReadOnlyList<JudgedCompletion> completions, CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<Verdict>>([.. completions.Select(c => Judge(c.Example.Answer, c.Text))]);

    /// <summary>The verdict on a completion.</summary>
    public Verdict Judge(string truth, string completion) => _rule switch
    {
        JudgeRule.Numeric => Numeric(truth, completion),
        JudgeRule.MultipleChoice => MultipleChoice(truth, completion),
        JudgeRule.AfterMarker => Compare(AfterMarker(truth) ?? truth, AfterMarker(completion), $"there is no '{_marker}'"),
        _ => Compare(truth, completion, ""),
    };

    /// <summary>Whether the completion is right; null where the judge abstains.</summary>
    public bool? IsRight(string truth, string completion) => Judge(truth, completion).Value is { } value ? value == 1 : null;

    private static Verdict Compare(string truth, string? given, string absent)
    {
        string expected = AnswerNormal.Text(truth);
        if (expected.Length == 0) return new Verdict(null, "the ground truth is empty");
        if (given is null) return new Verdict(0, absent);
        string said = AnswerNormal.Text(given);
        return said == expected ? new Verdict(1, null) : new Verdict(0, $"'{Short(said)}' instead of '{Short(expected)}'");
    }

    private static Verdict Numeric(string truth, string completion)
    {
        if (AnswerNormal.Number(truth) is not { } expected) return new Verdict(null, $"the ground truth '{Short(truth)}' holds no number");
        if (AnswerNormal.Number(completion) is not { } said) return new Verdict(0, "there is no number");
        bool equal = Math.Abs(said - expected) <= Tolerance * Math.Max(Math.Abs(said), Math.Abs(expected));
        return equal ? new Verdict(1, null) : new Verdict(0, FormattableString.Invariant($"{said} instead of {expected}"));
    }

    private static Verdict MultipleChoice(string truth, string completion)
    {
        if (AnswerNormal.Option(truth) is not { } expected) return new Verdict(null, $"the ground truth '{Short(truth)}' names no option");
        if (AnswerNormal.Option(completion) is not { } said) return new Verdict(0, "there is no option");
        return said == expected ? new Verdict(1, null) : new Verdict(0, $"{said} instead of {expected}");
    }

    private string? AfterMarker(string text)
    {
        int at = text.LastIndexOf(_marker!, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : text[(at + _marker!.Length)..];
    }

    private static string Short(string text) => text.Length <= 60 ? text : text[..59] + "…";
}
