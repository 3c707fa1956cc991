using RIL.Training.Rewards.Expressions;

namespace RIL.Training.Rewards;

/// <summary>Compares answers as texts; plain numbers by their value.</summary>
internal static class TextRule
{
    public static Verdict Judge(FoundAnswer truth, FoundAnswer? given, string absence, string completion, bool isWhole)
    {
        string expected = Normal(truth.Text);
        if (given is not { } answer) return Verdict.Wrong(absence);
        string said = Normal(answer.Text);
        if (IsSame(said, expected)) return Verdict.Right;
        // "The answer is Paris. It lies on the Seine."
        if (answer.Place == PlaceOfAnswer.Announced && !isWhole && SentenceEnd(answer.Text) is > 0 and var end
            && IsSame(Normal(answer.Text[..end]), expected)) return Verdict.Right;
        if (answer.Place == PlaceOfAnswer.Announced && IsSame(Normal(completion), expected)) return Verdict.Right;
        return Verdict.Wrong($"'{AnswerText.Short(said)}' instead of '{AnswerText.Short(expected)}'");
    }

    /// <summary>Whether normal texts are equal, or plain numbers of the same value: 72, 72.0, .5, 1,000.</summary>
    public static bool IsSame(string a, string b) => a == b || (PlainNumber(a) is { } x && PlainNumber(b) is { } y && x == y);

    /// <summary>The normal form, without LaTeX that only sets text upright.</summary>
    public static string Normal(string text)
    {
        string normal = AnswerText.Normal(text);
        for (int i = 0; i < 3 && normal.EndsWith('}') && normal.StartsWith('\\'); i++)
        {
            int open = normal.IndexOf('{', StringComparison.Ordinal);
            if (open < 1 || !LatexNames.Upright.Contains(normal[1..open])
                || normal.IndexOf('}', StringComparison.Ordinal) != normal.Length - 1) break;
            normal = AnswerText.Normal(normal[(open + 1)..^1]);
        }
        return normal;
    }

    private static Rational? PlainNumber(string text)
    {
        int at = text.Length > 0 && text[0] is '-' or '+' ? 1 : 0, start = at;
        if (at >= text.Length || !(char.IsAsciiDigit(text[at])
            || (text[at] == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]))))
            return null;
        // A leading nought may be part of a code: 007.
        if (text[at] == '0' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])) return null;
        if (text.AsSpan().IndexOfAny("' _eE") >= 0) return null;
        if (NumberReader.Read(text, ref at, decimalComma: false) is not { } number || at != text.Length || at == start) return null;
        return text[0] == '-' ? number.Value.Negate() : number.Value;
    }

    private static int SentenceEnd(string text)
    {
        for (int i = 0; i < text.Length; i++)
            if (text[i] is '。' || (text[i] is '.' or '!' or '?' or ';' && i + 1 < text.Length && char.IsWhiteSpace(text[i + 1]))) return i;
        return -1;
    }
}
