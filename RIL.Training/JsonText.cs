using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace RIL.Training;

/// <summary>Texts and numbers of a JSON document as they are meant, whoever wrote it.</summary>
public static class JsonText
{
    private const int LongestNumber = 400; // digits that are written out; longer numbers stay as they stand in the file

    /// <summary>
    /// The text of a JSON string. Escapes and bytes that are no characters (<c>"\ud800"</c>, invalid UTF-8) are read as U+FFFD, as the
    /// Unicode standard says, where System.Text.Json throws.
    /// </summary>
    public static string Read(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException) when (text.ValueKind == JsonValueKind.String)
        {
            ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(text);
            return UnicodeText.Wellformed(Unescape(Encoding.UTF8.GetString(raw[1..^1])));
        }
    }

    /// <summary>
    /// A number as people write it: <c>72.0</c> and <c>7.2e1</c> are 72, <c>1e3</c> is 1000, <c>.50</c> is 0.5; every digit is kept.
    /// </summary>
    public static string Number(string raw)
    {
        int e = raw.AsSpan().IndexOfAny('e', 'E');
        ReadOnlySpan<char> mantissa = e < 0 ? raw : raw.AsSpan(0, e);
        if (e >= 0 && !int.TryParse(raw.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)) return raw;
        long shift = e < 0 ? 0 : int.Parse(raw.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (e < 0 && mantissa.IndexOf('.') < 0) return raw == "-0" ? "0" : raw;
        bool negative = mantissa[0] == '-';
        if (negative) mantissa = mantissa[1..];
        int point = mantissa.IndexOf('.');
        string digits = point < 0 ? mantissa.ToString() : string.Concat(mantissa[..point], mantissa[(point + 1)..]);
        long whole = (point < 0 ? mantissa.Length : point) + shift; // digits before the point
        string significant = digits.TrimStart('0');
        whole -= digits.Length - significant.Length;
        significant = significant.TrimEnd('0');
        if (significant.Length == 0) return "0";
        if (Math.Abs(whole) > LongestNumber) return raw;
        string plain = whole <= 0 ? "0." + new string('0', (int)-whole) + significant
            : whole >= significant.Length ? significant.PadRight((int)whole, '0')
            : $"{significant[..(int)whole]}.{significant[(int)whole..]}";
        return negative ? "-" + plain : plain;
    }

    private static string Unescape(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                plain.Append(text[i]);
                continue;
            }
            char c = text[++i];
            if (c == 'u' && i + 4 < text.Length
                && ushort.TryParse(text.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit))
            {
                plain.Append((char)unit);
                i += 4;
            }
            else plain.Append(c switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', _ => c });
        }
        return plain.ToString();
    }
}
