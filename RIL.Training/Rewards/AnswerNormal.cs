using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RIL.Training.Rewards;

/// <summary>Brings answers into the form in which they are compared; the rules are those that <see cref="RuleJudge"/> documents.</summary>
internal static partial class AnswerNormal
{
    // What answers are wrapped in or end with, and what never tells two answers apart.
    private static readonly char[] Ends = [' ', '.', ',', ';', ':', '!', '?', '"', '\'', '`', '*', '_', '$', '“', '”', '‘', '’', '。', '，'];

    /// <summary>
    /// Compatibility form, lower case, single blanks, without marks and markup at both ends; empty where nothing else is left.
    /// </summary>
    public static string Text(string text)
    {
        string composed = Ascii.IsValid(text) ? text : Wellformed(text).Normalize(NormalizationForm.FormKC);
        return Blanks().Replace(composed, " ").Trim(Ends).ToLowerInvariant();
    }

    /// <summary>
    /// The last number of a text, or null: sign, thousands separated by commas, decimals, exponent; a fraction a/b counts as its quotient.
    /// </summary>
    public static double? Number(string text)
    {
        Match? last = Numbers().Matches(text.Replace('−', '-')).LastOrDefault();
        if (last is null) return null;
        double value = Parse(last.Groups["a"].ValueSpan);
        if (last.Groups["b"] is { Success: true } divisor) value /= Parse(divisor.ValueSpan);
        return double.IsFinite(value) ? value : null;
    }

    /// <summary>The option letter (A to Z) that a text chooses, or null.</summary>
    public static char? Option(string text)
    {
        string plain = text.Trim(Ends);
        if (plain.Length == 1 && char.IsAsciiLetter(plain[0])) return char.ToUpperInvariant(plain[0]);
        Match match = Leading().Match(plain);
        if (!match.Success) match = Announced().Match(plain);
        if (!match.Success) match = Bracketed().Match(plain);
        if (!match.Success) match = Alone().Match(plain);
        return match.Success ? char.ToUpperInvariant(match.Groups[1].ValueSpan[0]) : null;
    }

    private static double Parse(ReadOnlySpan<char> digits) => double.Parse(digits, NumberStyles.Float | NumberStyles.AllowThousands,
        CultureInfo.InvariantCulture);

    // A half of a surrogate pair cannot be normalised.
    private static string Wellformed(string text) => string.Concat(text.EnumerateRunes());

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    // A minus directly after a digit or letter is a dash or a subtraction, not a sign.
    [GeneratedRegex(
        @"(?<a>(?<![\w)])-?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:[eE][+-]?\d+)?|(?<![\w)])-?\.\d+|\d+(?:\.\d+)?)"
        + @"(?:\s*/\s*(?<b>\d+(?:\.\d+)?))?")]
    private static partial Regex Numbers();

    // "B. a cat", "(b) a cat", "B: a cat"
    [GeneratedRegex(@"^\(?([A-Za-z])[).:]")]
    private static partial Regex Leading();

    // "the answer is (B)", "Answer: B"; of several the last.
    [GeneratedRegex(@"(?i:answer|option|choice)\s*(?i:is|:|=)?\s*:?\s*[*$({]*([A-Za-z])\b(?!['’])", RegexOptions.RightToLeft)]
    private static partial Regex Announced();

    [GeneratedRegex(@"\(([A-Za-z])\)", RegexOptions.RightToLeft)]
    private static partial Regex Bracketed();

    // A capital alone that is not the article or the pronoun of a sentence.
    [GeneratedRegex(@"\b(?![AI]\s+[a-z])([A-Z])\b(?!['’])", RegexOptions.RightToLeft)]
    private static partial Regex Alone();
}
