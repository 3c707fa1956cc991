using System.Buffers;
using System.Globalization;
using System.Text;

namespace RIL.Training.Tokenizers;

/// <summary>A token that is found in the text as it stands, before any merge.</summary>
internal sealed record AddedToken(int Id, string Content, bool Special, bool Normalized, bool LeftStrip, bool RightStrip, bool SingleWord);

/// <summary>Finds added tokens in text: the leftmost, and of those the longest.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<char, AddedToken[]> _byFirstChar;
    private readonly SearchValues<char> _firstChars;

    public AddedTokens(IEnumerable<AddedToken> tokens)
    {
        _byFirstChar = tokens.Where(t => t.Content.Length > 0).GroupBy(t => t.Content[0])
            .ToDictionary(g => g.Key, g => g.OrderByDescending(t => t.Content.Length).ToArray());
        _firstChars = SearchValues.Create([.. _byFirstChar.Keys]);
    }

    /// <summary>
    /// Cuts <paramref name="text"/> into added tokens and what lies between them (Token null), in order; special tokens stay text unless
    /// allowed.
    /// </summary>
    public List<(AddedToken? Token, int Start, int End)> Split(string text, bool allowSpecial)
    {
        var parts = new List<(AddedToken?, int, int)>();
        int done = 0, from = 0;
        while (Find(text, from) is var (token, at))
        {
            int start = at, end = from = at + token.Content.Length;
            if (token.Special && !allowSpecial) continue;
            if (token.SingleWord && (IsWordBefore(text, start) || IsWordAfter(text, end))) continue;
            if (token.LeftStrip) while (start > done && char.IsWhiteSpace(text[start - 1])) start--;
            if (token.RightStrip) while (end < text.Length && char.IsWhiteSpace(text[end])) end++;
            if (start < done) continue;
            if (start > done) parts.Add((null, done, start));
            parts.Add((token, start, end));
            done = end;
            from = Math.Max(from, end);
        }
        if (done < text.Length) parts.Add((null, done, text.Length));
        return parts;
    }

    private (AddedToken Token, int At)? Find(string text, int from)
    {
        while (from < text.Length)
        {
            int step = text.AsSpan(from).IndexOfAny(_firstChars);
            if (step < 0) return null;
            from += step;
            foreach (AddedToken token in _byFirstChar[text[from]])
                if (string.CompareOrdinal(text, from, token.Content, 0, token.Content.Length) == 0) return (token, from);
            from++;
        }
        return null;
    }

    private static bool IsWordBefore(string text, int end) =>
        end > 0 && Rune.DecodeLastFromUtf16(text.AsSpan(0, end), out Rune rune, out _) == OperationStatus.Done && IsWord(rune);

    private static bool IsWordAfter(string text, int start) =>
        start < text.Length && Rune.DecodeFromUtf16(text.AsSpan(start), out Rune rune, out _) == OperationStatus.Done && IsWord(rune);

    private static bool IsWord(Rune rune) => Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
        or UnicodeCategory.EnclosingMark or UnicodeCategory.LetterNumber;
}
