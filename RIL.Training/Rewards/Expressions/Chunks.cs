using System.Collections.Frozen;

namespace RIL.Training.Rewards.Expressions;

/// <summary>Pieces from <paramref name="Start"/> to before <paramref name="End"/> without words between them.</summary>
/// <param name="Start">The first piece.</param>
/// <param name="End">After the last piece.</param>
/// <param name="WordsBefore">Words before it that say something, so that it may be another number than the one announced.</param>
internal readonly record struct Chunk(int Start, int End, int WordsBefore);

/// <summary>Parts a text into the stretches that may be expressions.</summary>
internal static class Chunks
{
    // All others part: marks of sentences, quotes, bullets. A > at the start of a line is Markdown's quotation.
    private static readonly FrozenSet<string> Signs = FrozenSet.ToFrozenSet(
        ["+", "-", "*", "/", "^", "=", "<", "≤", "≥", "≠", "≈", "±", "∓", "∈", "∪", "∩", "|", "!", "%", "°", ",", ";", ":", "&", "\\", "⇒",
            "∅", "~", "$", "\\$", "€", "£", "¥", "₹", "₽", "₩", "¢", "_", "1.2.3"]);

    public static List<Chunk> Of(IReadOnlyList<Token> tokens)
    {
        var chunks = new List<Chunk>();
        int start = 0, words = 0;
        for (int i = 0; i < tokens.Count; i++)
        {
            if (!Parts(tokens, i)) continue;
            if (Trimmed(tokens, start, i, words) is { } chunk) chunks.Add(chunk);
            if (tokens[i].IsWord && !Words.Fillers.Contains(tokens[i].Text.ToLowerInvariant())) words++;
            start = i + 1;
        }
        return chunks;
    }

    /// <summary>A single $ before a number is a currency; two of them are LaTeX's way to say where mathematics begins and ends.</summary>
    public static void MarkCurrencies(List<Token> tokens)
    {
        bool single = tokens.Count(t => t.Is("$")) % 2 == 1;
        for (int i = tokens.Count - 1; i >= 0; i--)
            if (tokens[i].Is("$"))
            {
                if (single && i + 1 < tokens.Count && (tokens[i + 1].Kind == TokenKind.Number || tokens[i + 1].Is("-")))
                    tokens[i] = tokens[i] with { Text = "\\$" };
                else tokens.RemoveAt(i);
            }
    }

    /// <summary>Whether words follow a stretch.</summary>
    public static bool HasWordsAfter(IReadOnlyList<Token> tokens, Chunk chunk)
    {
        for (int i = chunk.End; i < tokens.Count; i++) if (tokens[i].IsWord) return true;
        return false;
    }

    private static bool Parts(IReadOnlyList<Token> tokens, int i)
    {
        Token token = tokens[i];
        switch (token.Kind)
        {
            case TokenKind.End: return true;
            case TokenKind.Sign:
                if (token.Text == ".") return !IsHalfOfDay(tokens, i);
                if (token.Text == ":") return !(i > 0 && tokens[i - 1].Kind == TokenKind.Number && tokens[i + 1].Kind == TokenKind.Number);
                return token.Text == ">" ? i == 0 || tokens[i - 1].Is("\n") : !Signs.Contains(token.Text);
            case TokenKind.Word or TokenKind.Text: return !IsMathematics(tokens, i);
            default: return false;
        }
    }

    private static bool IsHalfOfDay(IReadOnlyList<Token> tokens, int i) => i >= 2 && tokens[i - 1].IsWord
        && tokens[i - 1].Text is "a" or "p" or "A" or "P" or "m" or "M" && tokens[i - 2].Kind is TokenKind.Clock
            or TokenKind.Number or TokenKind.Sign
        && (tokens[i + 1].IsWord || tokens[i - 2].Is("."));

    private static bool IsMathematics(IReadOnlyList<Token> tokens, int i)
    {
        string word = tokens[i].Text;
        Token next = tokens[i + 1];
        // 10:30 o'clock
        if (word is "o" or "O" && (next.Is("'") || next.Text == "clock")) return false;
        if (word is "a" or "A" or "I" && tokens[i].Kind == TokenKind.Word && next.Apart && next.Kind is TokenKind.Number or TokenKind.Word
            or TokenKind.Text && !Words.Connectives.Contains(next.Text)) return false;
        if (Words.Connectives.Contains(word) || word[0] == '\\' || Words.Functions.Contains(word) || word is "pi" or "π" or "infty")
            return true;
        if (tokens[i].Kind == TokenKind.Word && Words.IsVariable(word)) return true;
        return Units.IsUnit(word) || Units.Shapes.Contains(word) || Units.Percent.Contains(word) || Units.MagnitudeTensOf(word) is not null
            || word.ToLowerInvariant() is "am" or "pm" || (word == "cent" && i > 0 && tokens[i - 1].Text == "per");
    }

    private static Chunk? Trimmed(IReadOnlyList<Token> tokens, int start, int end, int words)
    {
        while (start < end && (IsLoose(tokens[start], atStart: true) || IsUnmatched(tokens, start, end, opening: true))) start++;
        while (start < end && tokens[start] is { IsWord: true, Text.Length: > 1 } word && Units.IsUnit(word.Text)
            && !Words.IsVariable(word.Text)
            && word.Text is not ("USD" or "EUR" or "GBP" or "JPY" or "CNY" or "INR" or "RUB" or "KRW")) start++;
        while (start < end && (IsLoose(tokens[end - 1], atStart: false) || IsUnmatched(tokens, start, end, opening: false))) end--;
        return start < end ? new Chunk(start, end, words) : null;
    }

    private static bool IsLoose(Token token, bool atStart) => token.Kind == (atStart ? TokenKind.Close : TokenKind.Open) ||
        (token.Kind == TokenKind.Sign
        ? token.Text is "," or ";" or ":" or "=" or "≈" or "*" or "/" or "⇒" or "&" or "\\" or "~"
            || (!atStart && token.Text is "-" or "<")
            || (atStart && token.Text is "!" or "%")
        : token.IsWord && (token.Text.Length > 1 || !char.IsAscii(token.Text[0])) && Words.Connectives.Contains(token.Text));

    // The bracket of a sentence whose other half stands among words.
    private static bool IsUnmatched(IReadOnlyList<Token> tokens, int start, int end, bool opening)
    {
        if (tokens[opening ? start : end - 1].Kind != (opening ? TokenKind.Open : TokenKind.Close)) return false;
        int depth = 0;
        for (int i = start; i < end; i++) depth += tokens[i].Kind switch { TokenKind.Open => 1, TokenKind.Close => -1, _ => 0 };
        return opening ? depth > 0 : depth < 0;
    }
}
