using RIL.Training.Configuration;
using RIL.Training.Runs;
using RIL.Web.Runs.Pages;

namespace RIL.Web.Compare;

/// <summary>What the students of several runs come to on held-out questions.</summary>
/// <param name="Rows">All questions first, then a row a type; a value a run, null where there is none.</param>
/// <param name="Questions">Questions that were asked and judged, a run; null before the closing evaluation.</param>
/// <param name="Closed">Whether the values of a run are those of its end.</param>
public sealed record AccuracyTable(IReadOnlyList<(string Type, IReadOnlyList<double?> Values, IReadOnlyList<bool> Best)> Rows, IReadOnlyList<int?> Questions, IReadOnlyList<bool> Closed)
{
    private const string Metric = "eval/accuracy";

    /// <summary>The table; null where no run has been evaluated yet.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="metrics">Newest values of their metrics: where they stand before the end.</param>
    public static AccuracyTable? Of(IReadOnlyList<ComparedRun> runs, MetricTable metrics)
    {
        ModelAccuracy?[] closing = [.. runs.Select(r => Student(r))];
        Dictionary<string, IReadOnlyList<double?>> newest = metrics.Rows(MetricValue.Last, Metric).ToDictionary(m => m.Metric.Name, m => m.Values);
        string[] types = [.. closing.OfType<ModelAccuracy>().SelectMany(c => c.ByType.Keys).Concat(newest.Keys.Where(k => k.StartsWith(Metric + "/", StringComparison.Ordinal)).Select(k => k[(Metric.Length + 1)..])).Distinct().Order(StringComparer.Ordinal)];
        var rows = new List<(string, IReadOnlyList<double?>, IReadOnlyList<bool>)> { Row(ClosingTable.All, c => c.Accuracy, Metric) };
        rows.AddRange(types.Select(t => Row(t, c => c.ByType.TryGetValue(t, out double share) ? share : null, $"{Metric}/{t}")));
        return rows.All(r => r.Item2.All(v => v is null)) ? null : new AccuracyTable(rows, [.. closing.Select(c => c?.Questions - c?.Undecided)], [.. closing.Select(c => c is not null)]);

        (string, IReadOnlyList<double?>, IReadOnlyList<bool>) Row(string type, Func<ModelAccuracy, double?> of, string metric)
        {
            IReadOnlyList<double?>? live = newest.GetValueOrDefault(metric);
            double?[] values = [.. closing.Select((c, i) => c is null ? live?[i] : of(c))];
            return (type, values, MetricTable.Compare(Charts.MetricGuide.Of(Metric), values).Best);
        }
    }

    /// <summary>Standard error of a share of right answers, from the number of questions alone.</summary>
    public static double? StandardError(double? share, int? questions) => share is { } p && questions is > 0 and { } n ? Math.Sqrt(p * (1 - p) / n) : null;

    // The trained student: after RIL, or after SFT where nothing came after it.
    private static ModelAccuracy? Student(ComparedRun run) =>
        run.Summary?.Evaluations.LastOrDefault(e => PolicyNames.Contains(e.Model)) ?? run.Summary?.Evaluations.LastOrDefault(e => e.Model == "sft");
}
