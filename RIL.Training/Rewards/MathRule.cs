using RIL.Training.Rewards.Expressions;

namespace RIL.Training.Rewards;

/// <summary>Compares answers as expressions; a ground truth of a few words is compared as text.</summary>
internal static class MathRule
{
    private const int MostWords = 5;

    public static Verdict Judge(FoundAnswer truth, FoundAnswer? given, string absence, Comparison comparison)
    {
        string name = AnswerText.Short(truth.Text.Trim());
        string normal = TextRule.Normal(truth.Text);
        IReadOnlyList<Value> expected = AnswerReader.ReadAll(truth.Text, truth.Place);
        bool words = expected.Count == 0 && normal.Split(' ').Length <= MostWords && !normal.Any(char.IsDigit);
        if (expected.Count == 0 && !words) return Verdict.Abstention($"the ground truth '{name}' is no expression that can be read");
        if (given is not { } answer) return Verdict.Wrong(absence);
        if (TextRule.Normal(answer.Text).Trim('(', ')') == normal.Trim('(', ')')) return Verdict.Right;
        if (words) return TextRule.Judge(truth, answer, absence, answer.Text, isWhole: false);
        IReadOnlyList<Value> said = AnswerReader.Read(answer.Text, answer.Place);
        if (said.Count == 0) return Verdict.Wrong("there is no expression that can be read");
        foreach (Value right in expected)
            foreach (Value value in said)
                if (comparison.IsSame(right, value)) return Verdict.Right;
        return Verdict.Wrong($"'{AnswerText.Short(answer.Text.Trim())}' instead of '{name}'");
    }
}
