using System.Globalization;
using System.Numerics;

namespace RIL.Training.Rewards.Expressions;

/// <summary>Reads what is written with digits and is no single number: 9:30, 9h30, 9時30分, 5-7, 2024-05-01.</summary>
internal static class TimeReader
{
    /// <summary>The piece at <paramref name="at"/>, or null where there is none; then nothing is read.</summary>
    public static Token? Read(string text, ref int at)
    {
        int next = at;
        if (Digits(text, ref next, 15) is not { } first || next >= text.Length) return null;
        bool begins = at == 0 || text[at - 1] is ' ' or '\n' or '"' or '\'' or '*' or '`' or '>';
        if (text[next] == '-' && begins && Dashes(text, ref at, next, first) is { } range) return range;
        return next - at > 2 ? null : Clock(text, ref at, next, first);
    }

    private static Token? Clock(string text, ref int at, int next, Rational hours)
    {
        int start = at;
        char mark = text[next++];
        if (mark is not (':' or 'h' or '時' or '时' or '点' or '點' or '시')) return null;
        if (mark is '시' && next < text.Length && text[next] == ' ') next++;
        int minutesAt = next;
        if (Digits(text, ref next, 2) is not { } minutes || next - minutesAt != 2 || minutes.Numerator > 59) return null;
        List<Rational> parts = [hours, minutes];
        if (mark == ':' && next < text.Length && text[next] == ':')
        {
            int secondsAt = next + 1, end = secondsAt;
            if (Digits(text, ref end, 2) is not { } seconds || end - secondsAt != 2) return null;
            parts.Add(seconds);
            next = end;
        }
        if (next < text.Length && text[next] is '分' or '분') next++;
        // 1:20:30:40 and 1:205 are no times; neither is 2x:30y.
        if (next < text.Length && (char.IsAsciiDigit(text[next]) || text[next] is ':' or '/' or '^'
            || (text[next] is '.' or ',' && next + 1 < text.Length && char.IsAsciiDigit(text[next + 1])))) return null;
        at = next;
        return new Token(TokenKind.Clock, text[start..next], Parts: parts);
    }

    // 5-7 is a range, 2024-05-01 a date and 555-12-34 a number of a telephone: no difference that is worked out.
    private static Token? Dashes(string text, ref int at, int next, Rational first)
    {
        int start = at;
        List<Rational> parts = [first];
        while (next + 1 < text.Length && text[next] == '-' && parts.Count < 6)
        {
            int end = next + 1;
            if (Digits(text, ref end, 15) is not { } part) return null;
            parts.Add(part);
            next = end;
        }
        if (parts.Count < 2) return null;
        if (next < text.Length && (char.IsLetterOrDigit(text[next]) && !char.IsWhiteSpace(text[next]) || text[next] is '^' or '*' or '/'
            or '(' or '+' or '-' or '=' or '\\'
                || (text[next] is '.' or ',' && next + 1 < text.Length && char.IsAsciiDigit(text[next + 1]))))
            return null;
        int operation = next;
        while (operation < text.Length && text[operation] == ' ') operation++;
        if (operation < text.Length && text[operation] is '=' or '+' or '*' or '/' or '-') return null;
        at = next;
        return new Token(TokenKind.Range, text[start..next], Parts: parts);
    }

    private static Rational? Digits(string text, ref int at, int most)
    {
        int start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        return at == start || at - start > most ? null
            : Rational.Of(BigInteger.Parse(text.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture));
    }
}
