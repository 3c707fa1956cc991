using RIL.Web.Charts;
using RIL.Web.Runs.Live;
using RIL.Web.Runs.Metrics;

namespace RIL.Web.Compare;

/// <summary>Which value of a metric is compared.</summary>
public enum MetricValue
{
    /// <summary>The newest.</summary>
    Last,

    /// <summary>The smallest.</summary>
    Min,

    /// <summary>The largest.</summary>
    Max,
}

/// <summary>A metric of several runs.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Values">A value a run; null where it has none.</param>
/// <param name="Best">Whether a value is the best of them; never, where all are equal or where neither way is better.</param>
public sealed record ComparedMetric(MetricInfo Metric, IReadOnlyList<double?> Values, IReadOnlyList<bool> Best);

/// <summary>Newest, smallest and largest values of all metrics of several runs; live values change it.</summary>
public sealed class MetricTable
{
    private readonly IReadOnlyList<string> _runs;
    private readonly Dictionary<string, Extremes[]> _metrics = new(StringComparer.Ordinal);

    /// <summary>The table of what is stored.</summary>
    /// <param name="runs">The runs, in the order of the columns.</param>
    /// <param name="stored">What is known of their metrics.</param>
    public MetricTable(IReadOnlyList<string> runs, IEnumerable<MetricSummary> stored)
    {
        _runs = runs;
        foreach (MetricSummary metric in stored) Row(metric.Name)[ColumnOf(metric.RunId)] = new Extremes(metric.Last, metric.Min, metric.Max);
    }

    /// <summary>Names of all metrics.</summary>
    public IReadOnlyCollection<string> Names => _metrics.Keys;

    /// <summary>Takes new values of a run.</summary>
    public void Apply(string run, IEnumerable<LiveValue> values)
    {
        int column = ColumnOf(run);
        if (column < 0) return;
        foreach (LiveValue value in values)
        {
            Extremes[] row = Row(value.Metric);
            row[column] = double.IsFinite(value.Value)
                ? new Extremes(value.Value, Math.Min(row[column].Min ?? value.Value, value.Value), Math.Max(row[column].Max ?? value.Value, value.Value))
                : row[column] with { Last = null };
        }
    }

    /// <summary>The rows in the order in which people want them, of metrics whose name or title contains every word of <paramref name="find"/>.</summary>
    public IReadOnlyList<ComparedMetric> Rows(MetricValue which, string find) =>
        [.. ChartSection.Of(_metrics.Keys, find).SelectMany(s => s.Metrics).Select(m => Compare(m, [.. _metrics[m.Name].Select(e => e.Of(which))]))];

    /// <summary>Marks the best values.</summary>
    internal static ComparedMetric Compare(MetricInfo metric, IReadOnlyList<double?> values)
    {
        double[] numbers = [.. values.OfType<double>().Where(double.IsFinite)];
        double? best = metric.HigherIsBetter is { } higher && numbers.Distinct().Count() > 1 ? higher ? numbers.Max() : numbers.Min() : null;
        return new ComparedMetric(metric, values, [.. values.Select(v => best is not null && v == best)]);
    }

    private int ColumnOf(string run)
    {
        for (int i = 0; i < _runs.Count; i++)
            if (_runs[i] == run) return i;
        return -1;
    }

    private Extremes[] Row(string metric)
    {
        if (!_metrics.TryGetValue(metric, out Extremes[]? row)) _metrics[metric] = row = new Extremes[_runs.Count];
        return row;
    }

    private readonly record struct Extremes(double? Last, double? Min, double? Max)
    {
        public double? Of(MetricValue which) => which switch { MetricValue.Min => Min, MetricValue.Max => Max, _ => Last };
    }
}
