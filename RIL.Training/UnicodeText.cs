using System.Text;

namespace RIL.Training;

/// <summary>Text as it comes: UTF-16 that may hold halves of surrogate pairs, which are no characters and cannot be written.</summary>
public static class UnicodeText
{
    private const char NotNormalized = '\uFFFE'; // a noncharacter: .NET refuses to normalise text that holds it

    /// <summary>
    /// The text with U+FFFD in place of every half of a surrogate pair, as the Unicode standard says; mostly the text itself.
    /// </summary>
    public static string Wellformed(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])) i++;
            else return string.Concat(text.EnumerateRunes());
        }
        return text;
    }

    /// <summary>The normal form of any text at all: halves of pairs become U+FFFD, noncharacters stay as they are.</summary>
    public static string Normalized(string text, NormalizationForm form)
    {
        if (System.Text.Ascii.IsValid(text)) return text;
        text = Wellformed(text);
        // Nothing composes with a noncharacter, so what lies between them can be normalised alone.
        return text.Contains(NotNormalized) ? string.Join(NotNormalized, text.Split(NotNormalized).Select(t => t.Normalize(form)))
            : text.Normalize(form);
    }
}
