using System.Buffers;
using RIL.Training.Rewards.Expressions;

namespace RIL.Training.Rewards;

/// <summary>Finds what follows "the answer is", "Answer:", 答案是, Respuesta: and the like.</summary>
internal static class Announcements
{
    private const int Reach = 60;

    private static readonly string[] Nouns =
    [
        "answer", "solution", "option", "choice", "答案", "答え", "回答", "정답", "답은", "답:", "respuesta", "réponse", "reponse", "antwort",
        "resposta", "risposta", "ответ", "الجواب", "الإجابة", "الاجابة", "उत्तर", "antwoord", "odpowiedź", "odpowiedz", "cevap", "svar",
        "đáp án", "jawaban", "คำตอบ", "lösung",
    ];

    private static readonly string[] Verbs =
    [
        "would be", "will be", "should be", "must be", "is", "are", "was", "equals", "es", "est", "ist", "lautet", "é", "è", "jest", "är",
        "er", "adalah", "là", "هو", "هي", "है", "=",
    ];

    // Languages that write words without blanks.
    private static readonly string[] JoinedVerbs = ["应该是", "應該是", "应为", "就是", "是", "为", "為", "は", "は、", "은", "는", "选", "選"];

    private static readonly SearchValues<string> AnyNoun = SearchValues.Create(Nouns, StringComparison.OrdinalIgnoreCase);

    /// <summary>The last announced answer with something in it, or null.</summary>
    public static FoundAnswer? Last(string text)
    {
        var starts = new Stack<int>();
        for (int at = 0; at < text.Length;)
        {
            int found = text.AsSpan(at).IndexOfAny(AnyNoun);
            if (found < 0) break;
            int noun = at + found, after = noun + Length(text, noun);
            at = noun + 1;
            if (noun > 0 && char.IsAsciiLetter(text[noun]) && char.IsLetter(text[noun - 1])) continue;
            if (Connector(text, after) is { } start) starts.Push(start);
        }
        while (starts.TryPop(out int start)) if (Segment(text, start) is { } segment) return segment;
        return null;
    }

    private static int Length(string text, int at)
    {
        foreach (string noun in Nouns)
            if (string.Compare(text, at, noun, 0, noun.Length, StringComparison.OrdinalIgnoreCase) == 0) return noun.Length;
        return 1;
    }

    // Where the answer begins: after a colon, a verb, or the end of a line that holds the noun last.
    private static int? Connector(string text, int at)
    {
        if (text[at - 1] == ':') return at;
        if (at < text.Length && text[at] is 's' or 'S') at++;
        if (at < text.Length && char.IsAsciiLetter(text[at])) return null;
        bool words = false;
        for (int i = at; i < text.Length && i - at < Reach; i++)
        {
            char c = text[i];
            if (c is ':' or '=') return i + 1;
            if (c is '.' or '?' or '!' or '。' or ';' or ',' or '<') return null;
            if (c is '-' or '—' && !words && i + 1 < text.Length && text[i + 1] == ' ') return i + 1;
            if (c == '\n') return words ? null : i + 1;
            if (Verb(text, i) is { } length)
            {
                int next = i + length;
                while (next < text.Length && text[next] is ' ' or '*') next++;
                return next < text.Length && text[next] is ':' or '=' ? next + 1 : next;
            }
            // "Option B", "Choice (B)": the letter itself follows.
            if (!words && (c is '(' || (char.IsAsciiLetterUpper(c) && (i + 1 == text.Length || !char.IsLetterOrDigit(text[i + 1])))))
                return null;
            words |= char.IsLetterOrDigit(c);
        }
        return null;
    }

    private static int? Verb(string text, int at)
    {
        foreach (string verb in JoinedVerbs) if (string.CompareOrdinal(text, at, verb, 0, verb.Length) == 0) return verb.Length;
        if (at == 0 || char.IsLetterOrDigit(text[at - 1])) return null;
        foreach (string verb in Verbs)
            if (string.Compare(text, at, verb, 0, verb.Length, StringComparison.OrdinalIgnoreCase) == 0
                && (at + verb.Length == text.Length || !char.IsLetterOrDigit(text[at + verb.Length]))) return verb.Length;
        return null;
    }

    // To the end of the line; what is denied is no answer.
    private static FoundAnswer? Segment(string text, int start)
    {
        while (start < text.Length && (char.IsWhiteSpace(text[start]) || text[start] is '*' or '_' or ':')) start++;
        int end = text.IndexOf('\n', start);
        string segment = (end < 0 ? text[start..] : text[start..end]).TrimEnd();
        if (segment.StartsWith("not ", StringComparison.OrdinalIgnoreCase) || !segment.Any(char.IsLetterOrDigit)) return null;
        return new FoundAnswer(segment, PlaceOfAnswer.Announced);
    }
}
