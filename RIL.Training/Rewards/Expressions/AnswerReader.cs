using System.Text.RegularExpressions;

namespace RIL.Training.Rewards.Expressions;

/// <summary>How a text stands in a completion.</summary>
internal enum PlaceOfAnswer
{
    /// <summary>It is the answer and nothing else: within a box, tags, or a ground truth.</summary>
    Alone,

    /// <summary>It follows words like "the answer is".</summary>
    Announced,

    /// <summary>It is a whole text in which the answer stands somewhere, best at its end.</summary>
    Running,
}

/// <summary>Finds the values that a text states among its words.</summary>
internal static partial class AnswerReader
{
    /// <summary>Characters that are read; of an announced answer the first ones, of running text the last.</summary>
    public const int MostCharacters = 2000;

    /// <summary>
    /// The values that the text may state, alternative readings of the same place; empty where it states none or none can be read.
    /// </summary>
    public static IReadOnlyList<Value> Read(string text, PlaceOfAnswer place)
    {
        if (text.Length > MostCharacters) text = place == PlaceOfAnswer.Running ? text[^MostCharacters..] : text[..MostCharacters];
        // LaTeX's thousands.
        if (text.Contains('\\', StringComparison.Ordinal) || text.Contains("{,}", StringComparison.Ordinal))
            text = text.Replace("{,}", ",", StringComparison.Ordinal).Replace(@"\!", "", StringComparison.Ordinal)
                .Replace(@"\,", " ", StringComparison.Ordinal);
        if (text.Contains('<', StringComparison.Ordinal)) text = Markup().Replace(text, " ");
        List<Value> values = [.. Values(text, place, decimalComma: true)];
        if (HasDecimalComma(text)) values.AddRange(Values(text, place, decimalComma: false));
        return values;
    }

    /// <summary>
    /// The values that a ground truth is: empty where words stand about it and no digits, for then it is a text.
    /// </summary>
    public static IReadOnlyList<Value> ReadAll(string text, PlaceOfAnswer place)
    {
        if (text.Length > MostCharacters || Tokenizer.Tokens(text, true) is not { } tokens) return [];
        List<Chunk> chunks = Chunks.Of(tokens);
        bool digits = chunks.Any(c => HoldsDigits(tokens, c));
        return digits || (chunks.Count == 1 && chunks[0].WordsBefore == 0 && !Chunks.HasWordsAfter(tokens, chunks[0]))
            ? Read(text, place) : [];
    }

    /// <summary>How many values a text states apart from each other, one after another.</summary>
    public static int Count(string text)
    {
        if (Tokenizer.Tokens(text.Length > MostCharacters ? text[..MostCharacters] : text, true) is not { } tokens) return int.MaxValue;
        return Chunks.Of(tokens).Count(c => Enumerable.Range(c.Start, c.End - c.Start).Any(i => HoldsDigits(tokens[i])));
    }

    private static IEnumerable<Value> Values(string text, PlaceOfAnswer place, bool decimalComma)
    {
        if (Tokenizer.Tokens(text, decimalComma) is not { } tokens) yield break;
        Chunks.MarkCurrencies(tokens);
        List<Chunk> chunks = Chunks.Of(tokens);
        if (chunks.Count == 0) yield break;
        bool first = chunks[0].WordsBefore == 0 && place == PlaceOfAnswer.Announced;
        // With words about it, what states a number counts and not a letter that stands somewhere.
        Chunk? chosen = first ? chunks[0] : chunks.LastOrDefault(c => HoldsDigits(tokens, c)) is { End: > 0 } digits ? digits : chunks[^1];
        if (chosen is not { } chunk) yield break;
        bool only = chunks.Count == 1 && chunk.WordsBefore == 0;
        int end = chunk.End;
        // "It is 5!" is glad, "5!" is a factorial.
        if (chunk.Start > 0 && tokens[end - 1].Is("!")) end--;
        if ((Parser.Read(tokens, chunk.Start, end) ?? AfterEquals(tokens, chunk.Start, end)) is not { } value) yield break;
        yield return value;
        // "In 2019, 45 people": the list is none where words stand about it.
        if (place == PlaceOfAnswer.Running && !only && value is Sequence { Open: "" or "-", Ordered: true, Items: [.., var last] })
            yield return last;
    }

    // "5 cm x 5 cm = 25 cm^2": what a sum that is not read comes to.
    private static Value? AfterEquals(List<Token> tokens, int start, int end)
    {
        int at = tokens.FindLastIndex(end - 1, end - start, t => t.Is("=") || t.Is("≈"));
        return at <= start || at + 1 >= end ? null : Parser.Read(tokens, at + 1, end);
    }

    private static bool HoldsDigits(List<Token> tokens, Chunk chunk)
    {
        for (int i = chunk.Start; i < chunk.End; i++) if (HoldsDigits(tokens[i])) return true;
        return false;
    }

    private static bool HoldsDigits(Token token) => token.Kind is TokenKind.Number or TokenKind.Clock or TokenKind.Range
        || token.Text is "pi" or "π" or "infty" or "∅" or "1.2.3";

    private static bool HasDecimalComma(string text)
    {
        for (int at = text.IndexOf(',', StringComparison.Ordinal); at >= 0 && at + 1 < text.Length; at = text.IndexOf(',', at + 1))
            if (at > 0 && char.IsAsciiDigit(text[at - 1]) && char.IsAsciiDigit(text[at + 1])) return true;
        return false;
    }

    // <b>, </s>, <|im_end|>
    [GeneratedRegex(@"</?[A-Za-z]{1,10}>|<\|[A-Za-z_]{1,24}\|>", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Markup();
}
