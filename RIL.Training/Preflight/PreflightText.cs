using System.Globalization;

namespace RIL.Training.Preflight;

/// <summary>A report in sentences, the same every time for the same inputs.</summary>
public static class PreflightText
{
    /// <summary>The figures, a line each.</summary>
    public static IEnumerable<string> Figures(PreflightReport report)
    {
        foreach (DataFigures set in report.Data)
            yield return $"{set.Key}: {set.Rows} rows with {set.Pictures} pictures; prompts of {Lengths(set.PromptTokens)} tokens"
                + (set.Pictures > 0 ? $", pictures of {Lengths(set.PictureTokens)}" : "")
                + $", ground truths of {Lengths(set.AnswerTokens)}.";
        foreach (TruthFigures set in report.Truths)
            yield return $"{set.Key}: the judge calls {Judged(set.AsGiven)} of the ground truths right as they stand"
                + string.Concat(set.Wrapped.Where(w => w.Value.Right > 0)
                    .Select(w => $", {Share.Percent(w.Value.Right, w.Value.Asked)} as '{w.Key}'")) + ".";
        foreach (TeacherFigures teacher in report.Teachers)
            yield return $"Teacher {teacher.Teacher}: {teacher.Answers} kept answers of {Lengths(teacher.Tokens)} tokens"
                + (teacher.Judged is { } judged ? $"; the judge calls {Judged(judged)} of them right." : ".");
    }

    /// <summary>Everything, for a terminal.</summary>
    public static IEnumerable<string> All(PreflightReport report)
    {
        foreach (Finding finding in report.Findings) yield return $"{finding.Kind}: {finding.Sentence}";
        foreach (string line in Figures(report)) yield return line;
        foreach ((string key, JudgeFigures judged) in report.Truths.Select(t => (t.Key, t.Wrapped.Values.Append(t.AsGiven)
            .MaxBy(f => f.Right)!)).Concat(report.Teachers.Where(t => t.Judged is not null)
                .Select(t => ($"Teacher {t.Teacher}", t.Judged!))))
            if (judged.RightByType.Count > 0)
                yield return $"{key}, right by question type: " + string.Join(", ", judged.RightByType.Select(t => string.Create(
                    CultureInfo.InvariantCulture, $"{t.Key} {100 * t.Value:0.#} %"))) + ".";
        int errors = report.Findings.Count(f => f.Kind == FindingKind.Error);
        yield return string.Create(CultureInfo.InvariantCulture, $"Looked at in {report.Seconds:0.0} s.");
        yield return errors == 0 ? "A run can start." : $"A run would not start: {errors} error{(errors == 1 ? "" : "s")}.";
    }

    private static string Lengths(LengthFigures l) => l.Count == 0 ? "0" : l.Least == l.Most ? $"{l.Most}"
        : $"{l.Least} to {l.Most} (half up to {l.Median}, 95 % up to {l.NinetyFifth})";

    private static string Judged(JudgeFigures figures) => Share.Percent(figures.Right, figures.Asked)
        + (figures.Abstained > 0 ? $" (and cannot decide {Share.Percent(figures.Abstained, figures.Asked)})" : "");
}
