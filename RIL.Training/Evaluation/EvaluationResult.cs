namespace RIL.Training.Evaluation;

/// <summary>How well a model answers: what could be judged, and how much that is.</summary>
/// <param name="Accuracy">Share of right answers among those that the judge could decide, 0 to 1; null where it could decide none.</param>
/// <param name="ByType">The same by question type, for types with an answer that was decided.</param>
/// <param name="MeanLength">Mean length of the answers in tokens; null without answers.</param>
/// <param name="Questions">Questions that were asked.</param>
/// <param name="Judged">Those of them with an answer that the judge could decide.</param>
public sealed record EvaluationResult(double? Accuracy, IReadOnlyDictionary<string, double> ByType, double? MeanLength, int Questions,
    int Judged)
{
    /// <summary>The figures of a list of answers.</summary>
    public static EvaluationResult Of(IReadOnlyList<EvaluatedAnswer> answers)
    {
        EvaluatedAnswer[] decided = [.. answers.Where(a => a.Verdict.Value is not null)];
        var byType = decided.Where(a => a.Question.QuestionType is not null).GroupBy(a => a.Question.QuestionType!)
            .OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Average(RightShare));
        return new EvaluationResult(decided.Length == 0 ? null : decided.Average(RightShare), byType,
            answers.Count == 0 ? null : answers.Average(a => (double)a.Tokens), CountQuestions(answers), CountQuestions(decided));
    }

    /// <summary>The figures under their metric names; what does not exist is absent.</summary>
    public IEnumerable<KeyValuePair<string, double>> Metrics()
    {
        if (Accuracy is { } accuracy) yield return KeyValuePair.Create("eval/accuracy", accuracy);
        if (MeanLength is { } length) yield return KeyValuePair.Create("eval/mean_length", length);
        if (Questions > 0) yield return KeyValuePair.Create("eval/abstain_ratio", (Questions - Judged) / (double)Questions);
        foreach ((string type, double share) in ByType) yield return KeyValuePair.Create("eval/accuracy/" + type, share);
    }

    private static double RightShare(EvaluatedAnswer answer) => answer.Verdict.IsRight == true ? 1 : 0;

    private static int CountQuestions(IReadOnlyList<EvaluatedAnswer> answers) =>
        answers.Select(a => a.Question).Distinct(ReferenceEqualityComparer.Instance).Count();
}
