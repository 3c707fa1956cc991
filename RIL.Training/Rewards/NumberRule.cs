using RIL.Training.Rewards.Expressions;

namespace RIL.Training.Rewards;

/// <summary>Compares answers as numbers, times, and lists of them; an expression that is not worked out is no number.</summary>
internal static class NumberRule
{
    public static Verdict Judge(FoundAnswer truth, FoundAnswer? given, string absence, Comparison comparison)
    {
        string name = AnswerText.Short(truth.Text.Trim());
        Value[] expected = [.. AnswerReader.Read(truth.Text, truth.Place).Where(IsNumeric)];
        if (expected.Length == 0) return Verdict.Abstention($"the ground truth '{name}' holds no number that can be read");
        if (AnswerReader.Count(truth.Text) > 1 && truth.Place == PlaceOfAnswer.Alone)
            return Verdict.Abstention($"the ground truth '{name}' holds several numbers");
        if (given is not { } answer) return Verdict.Wrong(absence);
        if (IsSameText(answer.Text, truth.Text)) return Verdict.Right;
        IReadOnlyList<Value> said = AnswerReader.Read(answer.Text, answer.Place);
        if (said.Count == 0) return Verdict.Wrong("there is no number that can be read");
        foreach (Value right in expected)
            foreach (Value value in said)
                if (comparison.IsSame(right, value))
                {
                    if (!IsWorkedOut(right) || IsWorkedOut(value)) return Verdict.Right;
                    return Verdict.Wrong($"'{AnswerText.Short(answer.Text.Trim())}' is not worked out");
                }
        return Verdict.Wrong($"'{AnswerText.Short(answer.Text.Trim())}' instead of '{name}'");
    }

    // 5cm is 5 cm, and 1 2 is no 12.
    private static bool IsSameText(string a, string b) => Joined(AnswerText.Normal(a)) == Joined(AnswerText.Normal(b));

    private static string Joined(string text) =>
        string.Concat(text.Where((c, i) => c != ' ' || i == 0 || i + 1 == text.Length
            || !(char.IsAsciiDigit(text[i - 1]) && char.IsLetter(text[i + 1]))));

    private static bool IsNumeric(Value value) => value switch
    {
        Scalar scalar => !scalar.Of.HasVariables,
        Clock => true,
        Sequence sequence => sequence.Items.Count > 0 && sequence.Items.All(IsNumeric),
        Named named => IsNumeric(named.Inner),
        _ => false,
    };

    private static bool IsWorkedOut(Value value) => value switch
    {
        Scalar scalar => scalar.WorkedOut,
        Sequence sequence => sequence.Items.All(IsWorkedOut),
        Named named => IsWorkedOut(named.Inner),
        _ => true,
    };
}
