using RIL.Training.Datasets;

namespace RIL.Training.Models;

/// <summary>Holds prompts to a number of tokens by cutting their text; their pictures are counted and never cut.</summary>
/// <param name="Tokens">Most tokens of a prompt.</param>
public sealed record PromptLimit(int Tokens)
{
    private const int RowsNamed = 3, Tries = 8;

    /// <summary>
    /// Shortens the prompts of the rows that are longer, several at a time, and says how many that were; throws
    /// <see cref="InputException"/> where they are longer even without their text. Rows that cannot be encoded at all are left for whoever
    /// checks them.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="encoder">The student's.</param>
    /// <param name="name">How messages call the data set.</param>
    public (IReadOnlyList<Example> Rows, int Cut) CutLonger(IReadOnlyList<Example> rows, IPromptEncoder encoder, string name)
    {
        var lengths = new int[rows.Count];
        var kept = new Example?[rows.Count];
        Parallel.For(0, rows.Count, i =>
        {
            lengths[i] = Length(rows[i], encoder) ?? 0;
            kept[i] = lengths[i] <= Tokens ? rows[i] : Cut(rows[i], lengths[i], encoder);
        });
        int[] lost = [.. Enumerable.Range(0, rows.Count).Where(i => kept[i] is null)];
        if (lost.Length > 0)
        {
            string named = string.Join(", ", lost.Take(RowsNamed).Select(i => $"'{rows[i].Id}' has {lengths[i]}"));
            throw new InputException($"{name}: the prompts of {lost.Length} of {rows.Count} rows are longer than max_prompt_length, "
                + $"{Tokens} tokens, even without their text ({named}{(lost.Length > RowsNamed ? ", …" : "")}). Raise it, lower "
                + "max_pixels, or set prompt_overflow to drop.");
        }
        return ([.. kept.OfType<Example>()], lengths.Count(l => l > Tokens));
    }

    private static int? Length(Example row, IPromptEncoder encoder)
    {
        try
        {
            return encoder.Encode(row.Prompt, row.Images, $"row '{row.Id}'").TokenIds.Length;
        }
        catch (InputException)
        {
            return null;
        }
    }

    // Texts of the question lose their beginnings, the first text first, until the whole prompt fits; what the system says stays.
    private Example? Cut(Example row, int length, IPromptEncoder encoder)
    {
        for (int tries = 0, excess = length - Tokens; tries < Tries; tries++)
        {
            int left = excess;
            var prompt = new List<ChatMessage>();
            foreach (ChatMessage message in row.Prompt)
                prompt.Add(message.Role == "system" ? message : message with { Content = Shorten(message.Content, ref left, encoder) });
            row = row with { Prompt = prompt };
            if (left == excess) return null;
            if (Length(row, encoder) is not { } now || now <= Tokens) return row;
            excess = now - Tokens;
        }
        return null;
    }

    private static List<ContentPart> Shorten(IReadOnlyList<ContentPart> content, ref int excess, IPromptEncoder encoder)
    {
        var parts = new List<ContentPart>();
        foreach (ContentPart part in content)
        {
            if (part.Text is not { Length: > 0 } text || excess <= 0)
            {
                parts.Add(part);
                continue;
            }
            int tokens = encoder.EncodeCompletion(text).Length;
            string rest = tokens <= excess ? "" : End(text, tokens - excess, encoder);
            excess -= tokens - (rest.Length == 0 ? 0 : encoder.EncodeCompletion(rest).Length);
            if (rest.Length > 0) parts.Add(new ContentPart(rest));
        }
        return parts;
    }

    // The longest end of a text of at most so many tokens, found by halving.
    private static string End(string text, int most, IPromptEncoder encoder)
    {
        int tooLong = 0, fits = text.Length;
        while (fits - tooLong > 1)
        {
            int middle = (tooLong + fits) / 2;
            if (encoder.EncodeCompletion(text[middle..]).Length <= most) fits = middle;
            else tooLong = middle;
        }
        if (fits < text.Length && char.IsLowSurrogate(text[fits])) fits++;
        return text[fits..];
    }
}
