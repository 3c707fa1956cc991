using System.Globalization;
using RIL.Training;
using RIL.Training.Datasets;
using RIL.Training.Rewards;
using RIL.Training.Teachers;
using RIL.Web.Datasets;

namespace RIL.Web.Teachers;

/// <summary>Right answers of a kind of question.</summary>
/// <param name="Type">Kind of question.</param>
/// <param name="Right">Right answers.</param>
/// <param name="Judged">Answers that the judge has a verdict on.</param>
public sealed record TypeScore(string Type, int Right, int Judged);

/// <summary>A teacher's answers to a data set's questions under the eyes of a judge.</summary>
public sealed class TeacherJudgement
{
    /// <summary>Which rows are shown.</summary>
    public static readonly IReadOnlyList<string> Kinds = ["all", "wrong", "right", "unanswered"];

    private readonly IReadOnlyList<Example> _examples;
    private readonly IReadOnlyList<string>[] _texts;
    private readonly Verdict[][] _verdicts;

    private TeacherJudgement(IReadOnlyList<Example> examples, KeptAnswers kept, string name, IJudge judge)
    {
        _examples = examples;
        _texts = [.. examples.Select(e => kept.Of(name, e.Id).Select(a => a.Text).ToArray())];
        _verdicts = [.. examples.Select((e, i) => judge.Ask([.. _texts[i].Select(t => new JudgedCompletion(e, t, name))]).ToArray())];
        Answers = _texts.Sum(t => t.Count);
        MeanWords = Answers == 0 ? null : _texts.Sum(t => t.Sum(Words)) / (double)Answers;
        Types = [.. examples.Select((e, i) => (Type: e.QuestionType ?? "", Verdicts: _verdicts[i])).GroupBy(p => p.Type).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new TypeScore(g.Key, g.Sum(p => p.Verdicts.Count(v => v.Value == 1)), g.Sum(p => p.Verdicts.Count(v => v.Value is not null))))];
    }

    /// <summary>Answers in all.</summary>
    public int Answers { get; }

    /// <summary>Mean length in words; null without answers.</summary>
    public double? MeanWords { get; }

    /// <summary>Scores by question type.</summary>
    public IReadOnlyList<TypeScore> Types { get; }

    /// <summary>Share of right answers among those judged; null where the judge has no verdict at all.</summary>
    public double? Accuracy => Types.Sum(t => t.Judged) is > 0 and var judged ? Types.Sum(t => t.Right) / (double)judged : null;

    /// <summary>Judges all answers; throws <see cref="InputException"/> where the rule lacks its marker.</summary>
    public static TeacherJudgement Of(IReadOnlyList<Example> examples, KeptAnswers kept, string name, JudgeRule rule, string? marker, AnswerPattern pattern = AnswerPattern.Auto) =>
        new(examples, kept, name, new RuleJudge(rule, marker, pattern));

    /// <summary>The rule that suits the right answers: numbers, option letters, expressions, or texts; the example's own for the example.</summary>
    public static (JudgeRule Rule, string? Marker) Suited(string dataset, IReadOnlyList<Example> examples)
    {
        if (dataset.StartsWith("quickstart:", StringComparison.Ordinal)) return (JudgeRule.AfterMarker, "answer :");
        string[] some = [.. examples.Take(200).Select(e => e.Answer.Trim())];
        if (some.All(a => double.TryParse(a, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out _))) return (JudgeRule.Numeric, null);
        if (some.All(a => a.Length == 1 && char.IsAsciiLetter(a[0]))) return (JudgeRule.MultipleChoice, null);
        // Numbers with units, times, fractions; with roots, powers or LaTeX they are expressions.
        var numbers = new RuleJudge(JudgeRule.Numeric, null, AnswerPattern.Whole);
        if (some.All(a => a.Any(char.IsDigit) && numbers.IsRight(a, a) == true)) return (some.Any(IsExpression) ? JudgeRule.Math : JudgeRule.Numeric, null);
        var math = new RuleJudge(JudgeRule.Math, null, AnswerPattern.Whole);
        return some.Any(IsExpression) && some.All(a => math.IsRight(a, a) == true) ? (JudgeRule.Math, null) : (JudgeRule.Exact, null);
    }

    /// <summary>Some questions: of a type, of a kind (see <see cref="Kinds"/>), holding a text, or all.</summary>
    public TeacherSlice Page(string? type, string? kind, string? text, int offset, int limit)
    {
        int[] matching = [.. Enumerable.Range(0, _examples.Count).Where(i => Matches(i, type, kind, text?.Trim()))];
        return new TeacherSlice(matching.Length, [.. matching.Skip(offset).Take(limit).Select(Row)]);
    }

    private TeacherRow Row(int index)
    {
        DatasetRowView row = DatasetRowView.Of(_examples[index], index);
        IEnumerable<JudgedAnswer> answers = _texts[index].Zip(_verdicts[index]).DistinctBy(p => p.First).Select(p => new JudgedAnswer(p.First, p.Second.IsRight, p.Second.Reason));
        return new TeacherRow(index, row.Id, row.Question, row.Answer, row.QuestionType, row.Pictures, [.. answers], _texts[index].Count);
    }

    private bool Matches(int i, string? type, string? kind, string? text) =>
        (type is null || (_examples[i].QuestionType ?? "") == type)
        && kind switch
        {
            "wrong" => _verdicts[i].Any(v => v.Value == 0),
            "right" => _verdicts[i].Length > 0 && _verdicts[i].All(v => v.Value == 1),
            "unanswered" => _texts[i].Count == 0,
            _ => true,
        }
        && (string.IsNullOrEmpty(text) || _examples[i].Id == text || _texts[i].Any(t => t.Contains(text, StringComparison.OrdinalIgnoreCase))
            || _examples[i].Prompt.Any(m => m.Content.Any(p => p.Text?.Contains(text, StringComparison.OrdinalIgnoreCase) == true)));

    private static bool IsExpression(string answer) => answer.AsSpan().IndexOfAny('\\', '^', '√') >= 0;

    private static int Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
}
