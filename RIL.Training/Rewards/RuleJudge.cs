using RIL.Training.Rewards.Expressions;

namespace RIL.Training.Rewards;

/// <summary>
/// A judge that is a rule: 1 where the completion gives the ground truth, else 0 with the reason; it abstains where the ground truth
/// cannot be compared by the rule. No text makes it throw, and the same texts give the same verdict everywhere. docs/judges.md holds the
/// rules with examples.
/// </summary>
public sealed class RuleJudge : IJudge
{
    private readonly JudgeRule _rule;
    private readonly AnswerPattern _pattern;
    private readonly string? _marker;
    private readonly Comparison _comparison;

    /// <summary>A judge of this rule.</summary>
    /// <param name="rule">How answers are compared.</param>
    /// <param name="marker">The text after which the answer stands: needed by <see cref="JudgeRule.AfterMarker"/> and
    /// <see cref="AnswerPattern.Marker"/>.</param>
    /// <param name="pattern">Where answers stand; <see cref="JudgeRule.AfterMarker"/> has its own.</param>
    /// <param name="tolerance">Share by which numbers may differ; null: one in a million for those with decimals, none for whole
    /// ones.</param>
    public RuleJudge(JudgeRule rule, string? marker = null, AnswerPattern pattern = AnswerPattern.Auto, double? tolerance = null)
    {
        if (rule == JudgeRule.AfterMarker) pattern = AnswerPattern.Marker;
        if (pattern == AnswerPattern.Marker && string.IsNullOrWhiteSpace(marker))
            throw new InputException((rule == JudgeRule.AfterMarker ? "judge is after_marker" : "answer_pattern is marker")
                + " and answer_marker is missing; expected the text after which the answer stands.");
        (_rule, _pattern) = (rule, pattern);
        _marker = string.IsNullOrWhiteSpace(marker) ? null : AnswerText.Clean(marker).Trim();
        if (_marker is { Length: 0 })
            throw new InputException("answer_marker holds nothing that can be seen; expected the text after which the answer stands.");
        _comparison = new Comparison(tolerance, listsAreSets: rule == JudgeRule.Math);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Verdict>> JudgeAsync(IReadOnlyList<JudgedCompletion> completions, CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<Verdict>>([.. completions.Select(c => Judge(c.Example.Answer, c.Text))]);

    /// <summary>The verdict on a completion.</summary>
    public Verdict Judge(string truth, string completion)
    {
        string expected = AnswerText.Clean(truth), said = AnswerText.Clean(completion);
        if (AnswerText.Normal(expected).Length == 0) return Verdict.Abstention("the ground truth is empty");
        FoundAnswer right = AnswerPlaces.Find(expected, _pattern, _marker)
            ?? AnswerPlaces.Find(expected, AnswerPattern.Auto, _marker)!.Value;
        if (right.Place == PlaceOfAnswer.Running) right = right with { Place = PlaceOfAnswer.Alone };
        if (AnswerText.Normal(right.Text).Length == 0) return Verdict.Abstention("the ground truth is empty");
        FoundAnswer? given = AnswerPlaces.Find(said, _pattern, _marker);
        return _rule switch
        {
            JudgeRule.Numeric => NumberRule.Judge(right, given, Absence, _comparison),
            JudgeRule.Math => MathRule.Judge(right, given, Absence, _comparison),
            JudgeRule.MultipleChoice => MultipleChoice(right, given),
            _ => TextRule.Judge(right, given, Absence, said, isWhole: _pattern == AnswerPattern.Whole),
        };
    }

    /// <summary>Whether the completion is right; null where the judge abstains.</summary>
    public bool? IsRight(string truth, string completion) => Judge(truth, completion).IsRight;

    private string Absence => AnswerPlaces.Absence(_pattern, _marker);

    private Verdict MultipleChoice(FoundAnswer truth, FoundAnswer? given)
    {
        if (OptionReader.Read(truth) is not { } expected)
            return Verdict.Abstention($"the ground truth '{AnswerText.Short(truth.Text)}' names no option");
        if (given is not { } answer) return Verdict.Wrong(Absence);
        if (OptionReader.Read(answer) is not { } said) return Verdict.Wrong("there is no option");
        return said == expected ? Verdict.Right : Verdict.Wrong($"{said} instead of {expected}");
    }
}
