using System.Globalization;
using System.Numerics;

namespace RIL.Training.Rewards.Expressions;

/// <summary>
/// Reads a number at a place of a text. Thousands: 1,234 and 1,234,567.8; 12,34,567; 1.234.567,8; 1'234; 1_234; 1 234. A comma that
/// cannot stand between thousands is a decimal one, or ends the number, as the caller says.
/// </summary>
internal static class NumberReader
{
    // Longer ones are no answers of anybody, and arithmetic on them takes time.
    private const int MostDigits = 300, MostExponent = 300;

    /// <summary>
    /// The number at <paramref name="at"/>, a digit or a point before one; null where it is too long or no number (1.2.3).
    /// </summary>
    public static (Rational Value, bool Decimals)? Read(string text, ref int at, bool decimalComma)
    {
        int start = at;
        List<string> groups = [Digits(text, ref at)];
        var marks = new List<char>();
        while (at + 1 < text.Length && IsMark(text, at, groups, marks) && char.IsAsciiDigit(text[at + 1]))
        {
            int next = at + 1;
            string group = Digits(text, ref next);
            if (text[at] == ' ' && (group.Length != 3 || groups[0].Length > 3 || groups[0].Length == 0)) break;
            marks.Add(text[at]);
            groups.Add(group);
            at = next;
        }
        (int whole, int fraction) = Split(groups, marks, decimalComma);
        if (whole == 0) return null;
        for (int extra = groups.Count - 1; extra >= whole + fraction; extra--) at -= groups[extra].Length + 1;
        string units = string.Concat(groups.Take(whole)), decimals = fraction == 0 ? "" : groups[whole];
        int exponent = 0;
        bool scientific = at < text.Length && text[at] is 'e' or 'E' && Exponent(text, ref at, out exponent);
        if (units.Length + decimals.Length > MostDigits || Math.Abs(exponent) > MostExponent || at - start == 0) return null;
        BigInteger digits = BigInteger.Parse("0" + units + decimals, NumberStyles.None, CultureInfo.InvariantCulture);
        exponent -= decimals.Length;
        Rational? value = exponent >= 0 ? Rational.Of(digits * BigInteger.Pow(10, exponent))
            : Rational.Of(digits, BigInteger.Pow(10, -exponent));
        return value is { } read ? (read, fraction > 0 || scientific) : null;
    }

    private static bool IsMark(string text, int at, List<string> groups, List<char> marks) => text[at] switch
    {
        '.' or ',' => marks.Count < 40,
        '\'' or '’' or '_' or ' ' => marks.Count < 40 && groups[0].Length is > 0 and <= 3 && marks.All(m => m == text[at])
            && at + 3 < text.Length && char.IsAsciiDigit(text[at + 2]) && char.IsAsciiDigit(text[at + 3])
            && !(at + 4 < text.Length && char.IsAsciiDigit(text[at + 4])),
        _ => false,
    };

    // How many groups are whole units, and whether the next one holds decimals.
    private static (int Whole, int Fraction) Split(List<string> groups, List<char> marks, bool decimalComma)
    {
        if (marks.Count == 0) return (1, 0);
        char first = marks[0], last = marks[^1];
        bool same = marks.All(m => m == first);
        if (groups[0].Length == 0) return first == '.' && marks.Count == 1 ? (1, 1) : groups.Count == 2 ? (1, 1) : (0, 0);
        if (first is not ('.' or ','))
        {
            int thousands = 1 + marks.TakeWhile(m => m == first).Count();
            return thousands < groups.Count && marks[thousands - 1] is '.' or ',' ? (thousands, 1) : (thousands, 0);
        }
        if (same && first == '.') return marks.Count == 1 ? (1, 1) : AreThousands(groups, groups.Count) ? (groups.Count, 0) : (0, 0);
        if (same)
        {
            if (AreThousands(groups, groups.Count)) return (groups.Count, 0);
            return marks.Count == 1 && decimalComma ? (1, 1) : (1, 0);
        }
        // 1,234.5 and 1.234,5; else 3,4.5 is 3 and then more.
        if (marks.Take(marks.Count - 1).All(m => m == first) && last != first && AreThousands(groups, groups.Count - 1))
            return (groups.Count - 1, 1);
        return first == '.' ? (1, 1) : (1, 0);
    }

    private static bool AreThousands(List<string> groups, int count)
    {
        if (groups[0].Length is 0 or > 3 || groups[0][0] == '0') return false;
        bool threes = true, indian = count > 2 && groups[0].Length <= 2 && groups[count - 1].Length == 3;
        for (int i = 1; i < count; i++)
        {
            threes &= groups[i].Length == 3;
            indian &= i == count - 1 || groups[i].Length == 2;
        }
        return threes || indian;
    }

    private static bool Exponent(string text, ref int at, out int exponent)
    {
        int next = at + 1;
        bool negative = next < text.Length && text[next] == '-';
        if (next < text.Length && text[next] is '+' or '-') next++;
        int digits = next;
        while (next < text.Length && char.IsAsciiDigit(text[next])) next++;
        exponent = 0;
        if (next == digits || (next < text.Length && char.IsAsciiLetter(text[next]))) return false;
        exponent = next - digits > 4 ? MostExponent + 1 : int.Parse(text.AsSpan(digits, next - digits), NumberStyles.None,
            CultureInfo.InvariantCulture);
        if (negative) exponent = -exponent;
        at = next;
        return true;
    }

    private static string Digits(string text, ref int at)
    {
        int start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        return text[start..at];
    }
}
