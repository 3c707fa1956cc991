using RIL.Training.Datasets;
using RIL.Training.Rewards;

namespace RIL.Training.Preflight;

/// <summary>Asks the judge about texts that ought to be right: ground truths, alone and wrapped as models write them, and teachers'
/// answers.</summary>
/// <param name="judge">One verdict per text, in order.</param>
/// <param name="marker">The text after which answers stand, where the judge looks for one.</param>
internal sealed class JudgeScan(Func<IReadOnlyList<JudgedCompletion>, IReadOnlyList<Verdict>> judge, string? marker)
{
    /// <summary>Most texts judged of each kind; more are a sample.</summary>
    public const int Most = 20_000;

    private const int LongestExample = 80;

    /// <summary>The judge's view of a data set's ground truths.</summary>
    public TruthFigures Truths(string key, IReadOnlyList<Example> rows)
    {
        IReadOnlyList<Example> looked = Sample(rows, Most);
        var right = new bool[looked.Count];
        JudgeFigures given = Ask("{0}");
        var wrapped = Wrappings().ToDictionary(w => string.Format(null, w, "…"), Ask);
        return new TruthFigures(key, given, wrapped, right.Count(r => r));

        JudgeFigures Ask(string wrapping)
        {
            JudgedCompletion[] texts = [.. looked.Select(r => new JudgedCompletion(r, string.Format(null, wrapping, r.Answer), "truth"))];
            IReadOnlyList<Verdict> verdicts = judge(texts);
            for (int i = 0; i < right.Length; i++) right[i] |= verdicts[i].Value == 1;
            return Figures(texts, verdicts);
        }
    }

    /// <summary>The judge's view of answers to questions.</summary>
    public JudgeFigures Answers(IReadOnlyList<JudgedCompletion> answers) => Figures(answers, judge(answers));

    /// <summary>At most so many of a list, evenly spread.</summary>
    public static IReadOnlyList<T> Sample<T>(IReadOnlyList<T> all, int most) => all.Count <= most ? all
        : [.. Enumerable.Range(0, most).Select(i => all[(int)((long)i * all.Count / most)])];

    // As people and models write answers; a rule that reads one of them is of use with it.
    private IEnumerable<string> Wrappings()
    {
        yield return "The answer is {0}.";
        yield return "<answer>{0}</answer>";
        yield return "\\boxed{{{0}}}";
        if (marker is not null) yield return marker.Trim().Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}",
            StringComparison.Ordinal) + " {0}";
    }

    private static JudgeFigures Figures(IReadOnlyList<JudgedCompletion> texts, IReadOnlyList<Verdict> verdicts)
    {
        var byType = texts.Zip(verdicts).Where(p => p.First.Example.QuestionType is not null && p.Second.Value is not null)
            .GroupBy(p => p.First.Example.QuestionType!).OrderBy(g => g.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Average(p => p.Second.Value == 1 ? 1.0 : 0));
        int bad = Enumerable.Range(0, texts.Count).FirstOrDefault(i => verdicts[i].Value != 1, -1);
        string? example = bad < 0 ? null : $"'{Short(texts[bad].Text)}' for '{Short(texts[bad].Example.Answer)}'"
            + (verdicts[bad].Reason is { Length: > 0 } reason ? $" ({reason})" : "");
        return new JudgeFigures(texts.Count, verdicts.Count(v => v.Value == 1), verdicts.Count(v => v.Value is null), byType, example);
    }

    private static string Short(string text) => text.Length <= LongestExample ? text : "…" + text[^LongestExample..];
}
