using System.Text.RegularExpressions;
using RIL.Training.Rewards.Expressions;

namespace RIL.Training.Rewards;

/// <summary>Reads which option an answer chooses, or which ones.</summary>
internal static partial class OptionReader
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;

    private static readonly string[] Leads =
    [
        "option ", "options ", "choice ", "letter ", "answer ", "the ", "la ", "el ", "le ", "die ", "der ", "das ", "o ", "opción ",
        "opcion ", "lettre ", "letra ", "réponse ", "buchstabe ", "вариант ", "буква ", "选项", "選項", "选", "選", "most likely ", "clearly ",
        "definitely ", "probably ", "correct ", "indeed ", "therefore ",
    ];

    // What follows a letter that is no article.
    private static readonly string[] AfterLetters =
        ["because", "since", "as ", "and ", "or ", "is ", "was ", "for ", "which", "that", "due", "given", "with ",
            "by ", "porque", "weil"];

    private static readonly string[] Denials =
        ["not", "isn't", "be neither", "cannot be", "can't be", "except", "不是", "nor", "no es", "nicht", "не"];

    /// <summary>The letters in upper case and alphabetical order; null where none is chosen.</summary>
    public static string? Read(FoundAnswer answer)
    {
        string text = WithoutMarkup(answer.Text);
        if (Whole(text) is { } whole) return whole;
        if (answer.Place == PlaceOfAnswer.Running && (Concluded(text) ?? LastLine(text)) is { } concluded) return concluded;
        return Leading(text, answer.Place) ?? Bracketed(text) ?? Alone(text);
    }

    private static string WithoutMarkup(string text) =>
        text.Contains('\\', StringComparison.Ordinal) || text.Contains('*', StringComparison.Ordinal)
            ? Markup().Replace(text, " ") : text;

    // B; (b); A, C and D; ACD.
    private static string? Whole(string text)
    {
        string plain = text.Trim().Trim(' ', '.', ',', ';', ':', '!', '?', '"', '\'', '`', '$', '(', ')', '[', ']', '{',
            '}', '<', '>', '。');
        if (plain.Length == 1 && char.IsLetter(plain[0]) && plain[0] < 0x2E80) return plain.ToUpperInvariant();
        if (plain.Length is < 2 or > 40) return null;
        if (plain.Length <= 8 && IsRising(plain)) return plain;
        if (!Several().IsMatch(plain)) return null;
        return new string([.. Letter().Matches(plain).Select(m => m.Value[0]).Distinct().Order()]);
    }

    private static bool IsRising(string text)
    {
        for (int i = 0; i < text.Length; i++) if (text[i] is < 'A' or > 'J' || (i > 0 && text[i] <= text[i - 1])) return false;
        return true;
    }

    // "so C.", "therefore (B)", 选B at the end of a sentence.
    private static string? Concluded(string text) =>
        Conclusion().Matches(text).LastOrDefault() is { } match ? match.Groups[1].Value.ToUpperInvariant() : null;

    private static string? LastLine(string text)
    {
        string trimmed = text.TrimEnd();
        int at = trimmed.LastIndexOf('\n');
        return at < 0 ? null : Whole(trimmed[at..]);
    }

    private static string? Leading(string text, PlaceOfAnswer place)
    {
        text = text.TrimStart(' ', '\n', '\t', '"', '\'', '$', '{', '`', '>');
        for (int i = 0; i < Leads.Length; i++)
            if (text.StartsWith(Leads[i], StringComparison.OrdinalIgnoreCase))
            {
                if (Leads[i] is "option " or "choice " or "letter ") place = PlaceOfAnswer.Announced;
                text = text[Leads[i].Length..].TrimStart();
                i = -1;
            }
        int at = 0;
        bool bracket = text.Length > 0 && text[0] is '(' or '[' or '<' or '{';
        if (bracket) at++;
        if (at >= text.Length || !IsLetterAlone(text, at) || text[at] >= 0x2E80) return null;
        if (IsDenied(text, at, at + (bracket ? 2 : 1))) return null;
        char next = at + 1 < text.Length ? text[at + 1] : ' ';
        bool marked = next is ')' or ']' or '>' or '}'
            || (next is '.' or ':' or ',' && (at + 2 >= text.Length || !char.IsLetter(text[at + 2])));
        bool reasoned = next == ',' && text.AsSpan(at + 2).TrimStart() is var rest
            && (rest.StartsWith("because") || rest.StartsWith("since"));
        if (marked && (next is not ',' || place != PlaceOfAnswer.Running || reasoned)) return text[at].ToString().ToUpperInvariant();
        if (place == PlaceOfAnswer.Running) return next == ' ' && text.AsSpan(at + 1).TrimStart().StartsWith("- ")
            ? text[at].ToString().ToUpperInvariant() : null;
        if (char.IsUpper(text[at])) return IsArticle(text, at) ? null : text[at].ToString();
        return text[at] is >= 'b' and <= 'h' && next == ' ' ? text[at].ToString().ToUpperInvariant() : null;
    }

    private static string? Bracketed(string text)
    {
        foreach (Match match in Brackets().Matches(text).Reverse())
            if (!IsDenied(text, match.Index, match.Index + match.Length)) return match.Value[1..2].ToUpperInvariant();
        return null;
    }

    // The last capital that is no article, pronoun or part of a word, and is not denied.
    private static string? Alone(string text)
    {
        for (int i = text.Length - 1; i >= 0; i--)
            if (text[i] is >= 'A' and <= 'Z' && IsLetterAlone(text, i) && !IsArticle(text, i) && !IsDenied(text, i, i + 1)
                && !IsOneOfSeveral(text, i) && !(i + 1 < text.Length && text[i + 1] is '\'' or '-')
                    && !(i > 0 && text[i - 1] is '-' or '\''))
                return text[i].ToString();
        return null;
    }

    // Scripts without blanks may stand right beside it.
    private static bool IsLetterAlone(string text, int at) => char.IsLetter(text[at])
        && !(at > 0 && char.IsLetterOrDigit(text[at - 1]) && text[at - 1] < 0x2E80)
        && !(at + 1 < text.Length && char.IsLetterOrDigit(text[at + 1]) && text[at + 1] < 0x2E80);

    private static bool IsArticle(string text, int at)
    {
        if (text[at] is not ('A' or 'I') || at + 2 >= text.Length || text[at + 1] != ' ' || !char.IsLower(text[at + 2])) return false;
        return !AfterLetters.Any(word => string.CompareOrdinal(text, at + 2, word, 0, word.Length) == 0);
    }

    // "both A and B" chooses none.
    private static bool IsOneOfSeveral(string text, int at) => Pair().IsMatch(text[Math.Max(0, at - 8)..at]);

    private static bool IsDenied(string text, int start, int end)
    {
        ReadOnlySpan<char> before = text.AsSpan(Math.Max(0, start - 16), start - Math.Max(0, start - 16)).TrimEnd(" (");
        foreach (string denial in Denials)
            if (before.EndsWith(denial, StringComparison.OrdinalIgnoreCase)
                && (before.Length == denial.Length || !char.IsLetter(before[^(denial.Length + 1)]))) return true;
        ReadOnlySpan<char> after = text.AsSpan(end, Math.Min(24, text.Length - end)).TrimStart(" )");
        return after.StartsWith("is wrong") || after.StartsWith("is incorrect") || after.StartsWith("is not") || after.StartsWith("isn't")
            || after.StartsWith("is false");
    }

    [GeneratedRegex(@"\\[A-Za-z]+|\*+|\\ ", Options)]
    private static partial Regex Markup();

    [GeneratedRegex(@"^[(\[]?[A-J][)\]]?(?:(?:\s*[,;/&+、]\s*|\s+)(?:(?:and|or|y|und|et|和)\s+)?[(\[]?[A-J][)\]]?)+$", Options)]
    private static partial Regex Several();

    [GeneratedRegex(@"[A-J]", Options)]
    private static partial Regex Letter();

    [GeneratedRegex(
        @"(?:\b[Ss]o|[Tt]herefore|[Tt]hus|[Hh]ence|[Cc]hoose|[Pp]ick|[Ss]elect|所以选?|因此选?|选择?|選)[,:]? ?\(?([A-Z])\)?(?:[.!。]|$)",
        RegexOptions.CultureInvariant)]
    private static partial Regex Conclusion();

    [GeneratedRegex(@"(?:^|[^A-Za-z])[A-Z]\)?(?: and | or |/| & )\(?$", Options)]
    private static partial Regex Pair();

    [GeneratedRegex(@"\([A-Za-z]\)", Options)]
    private static partial Regex Brackets();
}
