using RIL.Training.Configuration;
using RIL.Training.Runs;

namespace RIL.Web.Runs.Pages;

/// <summary>Accuracies by question type, a column a model: what the run came to, or how it stands.</summary>
/// <param name="Columns">Headings with what they mean.</param>
/// <param name="Rows">All questions first, then a row a type; null where a model was not asked.</param>
public sealed record ClosingTable(IReadOnlyList<(string Word, string Explanation)> Columns, IReadOnlyList<(string Type, IReadOnlyList<double?> Values)> Rows)
{
    /// <summary>The row of all questions.</summary>
    public const string All = "all questions";

    /// <summary>The table of an ended run.</summary>
    public static ClosingTable Of(RunSummary summary) => Of([.. summary.Evaluations.Select(e => (e.Model, e.Accuracy, e.ByType))]);

    /// <summary>The table of a run that is under way: where it began, and where it stands by its newest evaluation.</summary>
    /// <param name="before">First values by metric.</param>
    /// <param name="now">Newest values by metric.</param>
    public static ClosingTable? OfMetrics(IReadOnlyDictionary<string, double> before, IReadOnlyDictionary<string, double> now)
    {
        const string Name = "eval/accuracy";
        var columns = new List<(string, double?, IReadOnlyDictionary<string, double>)>();
        if (before.TryGetValue(Name, out double first)) columns.Add(("before", first, Types(before)));
        if (now.TryGetValue(Name, out double newest)) columns.Add(("now", newest, Types(now)));
        return columns.Count == 0 ? null : Of(columns);

        static Dictionary<string, double> Types(IReadOnlyDictionary<string, double> metrics) =>
            metrics.Where(m => m.Key.StartsWith(Name + "/", StringComparison.Ordinal)).ToDictionary(m => m.Key[(Name.Length + 1)..], m => m.Value);
    }

    private static ClosingTable Of(IReadOnlyList<(string Model, double? Accuracy, IReadOnlyDictionary<string, double> ByType)> models)
    {
        string[] types = [.. models.SelectMany(m => m.ByType.Keys).Distinct().Order(StringComparer.Ordinal)];
        return new ClosingTable(
            [.. models.Select(m => Column(m.Model))],
            [(All, [.. models.Select(m => m.Accuracy)]), .. types.Select(t => (t, (IReadOnlyList<double?>)[.. models.Select(m => m.ByType.TryGetValue(t, out double a) ? a : (double?)null)]))]);
    }

    private static (string, string) Column(string model) => model switch
    {
        "before" => ("before", "The student before any training of this run."),
        "sft" => ("SFT", "After supervised fine-tuning."),
        "ril" => ("RIL", "After reinforcement and imitation: the trained student."),
        "now" => ("now", "By the newest evaluation during training."),
        _ when PolicyNames.Title(model) is { } title => (title, $"After reinforcement by {title}: the trained student."),
        _ => ($"teacher {model}", $"Teacher {model} on the same questions."),
    };
}
