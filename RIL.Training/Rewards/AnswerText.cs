using System.Globalization;
using System.Text;

namespace RIL.Training.Rewards;

/// <summary>Brings texts into the form in which judges read them; no text is refused.</summary>
internal static class AnswerText
{
    /// <summary>Characters of a completion that are read, the last ones: that is where answers stand.</summary>
    public const int MostCharacters = 20_000;

    private const string Raised = "⁰¹²³⁴⁵⁶⁷⁸⁹", RaisedSigns = "⁺⁻ⁿ", Blank = " ";

    // What answers are wrapped in or end with, and what never tells two answers apart.
    private static readonly char[] Ends = [' ', '\n', '\t', ',', ';', ':', '?', '*', '_', '$', '`', '“', '”', '‘', '’', '。',
        '\u060C', '¿', '¡'];

    /// <summary>
    /// Unicode's compatibility form with decimal digits of every script as ASCII ones, raised digits as ^{…}, one kind of minus, without
    /// signs that nobody sees; halves of pairs become U+FFFD.
    /// </summary>
    public static string Clean(string text)
    {
        if (text.Length > MostCharacters) text = text[^MostCharacters..];
        if (Ascii.IsValid(text)) return text;
        var clean = new StringBuilder(text.Length + 8);
        bool raised = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            int c = rune.Value;
            int digit = c < 0x10000 ? Raised.IndexOf((char)c, StringComparison.Ordinal) : -1,
                sign = c < 0x10000 ? RaisedSigns.IndexOf((char)c, StringComparison.Ordinal) : -1;
            bool isRaised = digit >= 0 || sign >= 0;
            if (isRaised != raised) clean.Append(isRaised ? "^{" : "}");
            raised = isRaised;
            if (isRaised) clean.Append(digit >= 0 ? (char)('0' + digit) : "+-n"[sign]);
            else Append(clean, rune);
        }
        if (raised) clean.Append('}');
        string result = clean.Replace('⁄', '/').ToString();
        return result.IsNormalized(NormalizationForm.FormKC) ? result
            : result.Normalize(NormalizationForm.FormKC).Replace('⁄', '/');
    }

    /// <summary>The form in which texts are compared: lower case, single blanks, without marks and markup at both ends.</summary>
    public static string Normal(string clean) => Trim(Spaced(clean)).ToLowerInvariant();

    /// <summary>
    /// Without marks, quotes and markdown at both ends; a point before a digit and marks after a digit that mean something stay.
    /// </summary>
    public static string Trim(string text)
    {
        int start = 0, end = text.Length;
        while (true)
        {
            int from = start, to = end;
            while (start < end && (Ends.Contains(text[start]) || (text[start] is '.' or '!' && !(start + 1 < end
                && char.IsAsciiDigit(text[start + 1]))))) start++;
            while (end > start && (Ends.Contains(text[end - 1]) || (text[end - 1] == '.') || (text[end - 1] == '!'
                && !IsFactorial(text.AsSpan(start, end - start))))) end--;
            // Quotes go in pairs, or where they cannot be feet and inches.
            if (start < end && text[start] is '"' or '\'') start++;
            if (end > start && text[end - 1] is '"' or '\'' && (from < start || !char.IsAsciiDigit(text[Math.Max(start, end - 2)]))) end--;
            if (from == start && to == end) return text[start..end];
        }
    }

    // Of a number or a bracket: 5!, (n+1)!
    private static bool IsFactorial(ReadOnlySpan<char> text) => text.TrimEnd('!') is [.., var last]
        && (char.IsAsciiDigit(last) || last == ')');

    /// <summary>The start of a text, for reasons.</summary>
    public static string Short(string text)
    {
        if (text.Length <= 60) return text;
        int length = char.IsHighSurrogate(text[58]) ? 58 : 59;
        return string.Concat(text.AsSpan(0, length), "…");
    }

    private static string Spaced(string text)
    {
        bool plain = true;
        for (int i = 0; i < text.Length && plain; i++)
            plain = !char.IsWhiteSpace(text[i]) || (text[i] == ' ' && (i == 0 || text[i - 1] != ' '));
        return plain ? text : string.Join(Blank, text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private static void Append(StringBuilder clean, Rune rune)
    {
        switch (rune.Value)
        {
            case < 0x80: clean.Append((char)rune.Value); return;
            case 0x2212 or 0x2010 or 0x2011 or 0x2012 or 0x2013 or 0xFE63 or 0xFF0D or 0x2796: clean.Append('-'); return;
            case 0x066B: clean.Append('.'); return;
            case 0x066C or 0x060C or 0x3001: clean.Append(','); return;
            case 0x066A: clean.Append('%'); return;
            case 0xBA when clean.Length > 0 && char.IsAsciiDigit(clean[^1]): clean.Append('°'); return;
            case 0x2018 or 0x2019: clean.Append('\''); return;
            case 0x201C or 0x201D: clean.Append('"'); return;
            case 0x00A0 or 0x202F or 0x2009: clean.Append(' '); return;
        }
        if ((rune.Value & 0xFFFE) == 0xFFFE || rune.Value is >= 0xFDD0 and <= 0xFDEF) clean.Append('\uFFFD');
        else
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.DecimalDigitNumber: clean.Append((char)('0' + (int)Rune.GetNumericValue(rune))); break;
                case UnicodeCategory.Format: break;
                case UnicodeCategory.OtherNumber when Rune.GetNumericValue(rune) is var value && value != Math.Floor(value):
                    // 3½ is no 31/2.
                    if (clean.Length > 0 && char.IsAsciiDigit(clean[^1])) clean.Append(' ');
                    clean.Append(rune.ToString().Normalize(NormalizationForm.FormKC));
                    break;
                default: clean.Append(rune.ToString()); break;
            }
    }
}
