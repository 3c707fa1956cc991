using RIL.Training.Rewards.Expressions;

namespace RIL.Training.Rewards;

/// <summary>The part of a completion that is its answer.</summary>
/// <param name="Text">The part.</param>
/// <param name="Place">How it stands.</param>
internal readonly record struct FoundAnswer(string Text, PlaceOfAnswer Place);

/// <summary>Finds the answer in a completion by a pattern; of several places of one kind the last one counts.</summary>
internal static class AnswerPlaces
{
    private const int MostNesting = 3;

    private static readonly FoundAnswer Cut = new("", PlaceOfAnswer.Alone);

    /// <summary>The answer, or null where the pattern is strict and the completion does not follow it.</summary>
    public static FoundAnswer? Find(string text, AnswerPattern pattern, string? marker)
    {
        if (pattern == AnswerPattern.Whole) return new FoundAnswer(text, PlaceOfAnswer.Running);
        FoundAnswer? found = pattern switch
        {
            AnswerPattern.Marker => AfterMarker(text, marker!),
            AnswerPattern.Tags => Tagged(text),
            AnswerPattern.Boxed => Boxed(text),
            _ => Any(WithoutThinking(text), marker),
        };
        // \boxed{…} within tags, "the answer is" within a box.
        for (int i = 0; i < MostNesting && found is { Place: not PlaceOfAnswer.Running } outer; i++)
        {
            if ((Tagged(outer.Text) ?? Boxed(outer.Text)) is not { } inner) break;
            found = inner;
        }
        return found;
    }

    /// <summary>What is missing where a strict pattern finds nothing.</summary>
    public static string Absence(AnswerPattern pattern, string? marker) => pattern switch
    {
        AnswerPattern.Tags => "there is no <answer>…</answer>",
        AnswerPattern.Boxed => @"there is no \boxed{…}",
        _ => $"there is no '{marker}'",
    };

    private static FoundAnswer Any(string text, string? marker) => Tagged(text) ?? Boxed(text)
        ?? (marker is null ? null : AfterMarker(text, marker)) ?? AfterHashes(text) ?? Announcements.Last(text)
        ?? new FoundAnswer(text, PlaceOfAnswer.Running);

    // What a model thinks is no answer.
    private static string WithoutThinking(string text)
    {
        int at = text.LastIndexOf("</think>", StringComparison.OrdinalIgnoreCase);
        return at < 0 || string.IsNullOrWhiteSpace(text[(at + 8)..]) ? text : text[(at + 8)..];
    }

    private static FoundAnswer? AfterMarker(string text, string marker)
    {
        int at = text.LastIndexOf(marker, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : new FoundAnswer(text[(at + marker.Length)..], PlaceOfAnswer.Announced);
    }

    private static FoundAnswer? Tagged(string text)
    {
        int close = text.LastIndexOf("</answer>", StringComparison.OrdinalIgnoreCase);
        int open = close <= 0 ? -1 : text.LastIndexOf("<answer>", close - 1, StringComparison.OrdinalIgnoreCase);
        if (text.IndexOf("<answer>", Math.Max(0, close), StringComparison.OrdinalIgnoreCase) >= 0) return Cut;
        return open < 0 ? null : new FoundAnswer(text[(open + 8)..close], PlaceOfAnswer.Alone);
    }

    // A box that is not closed was cut, and what was cut is no answer.
    private static FoundAnswer? Boxed(string text)
    {
        int at = Math.Max(text.LastIndexOf(@"\boxed", StringComparison.Ordinal), text.LastIndexOf(@"\fbox", StringComparison.Ordinal));
        if (at < 0) return null;
        int start = at + (text[at + 1] == 'b' ? 6 : 5);
        while (start < text.Length && text[start] == ' ') start++;
        if (start >= text.Length || text[start] != '{') return Cut;
        int depth = 0;
        for (int i = start; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '{') depth++;
            else if (text[i] == '}' && --depth == 0) return new FoundAnswer(text[(start + 1)..i], PlaceOfAnswer.Alone);
        }
        return Cut;
    }

    // "#### 72" at the end; a heading in the middle of a text is none.
    private static FoundAnswer? AfterHashes(string text)
    {
        string trimmed = text.TrimEnd();
        int at = trimmed.LastIndexOf("####", StringComparison.Ordinal);
        if (at < 0 || trimmed.IndexOf('\n', at) >= 0 || at + 4 == trimmed.Length) return null;
        return new FoundAnswer(trimmed[(at + 4)..], PlaceOfAnswer.Alone);
    }
}
