using RIL.Web.Charts;
using RIL.Web.Runs.Form;
using RIL.Web.Runs.Query;

namespace RIL.Web.Runs.List;

/// <summary>Columns of the list in words: metrics and settings are called and explained as on every other page.</summary>
internal static class ColumnGuide
{
    private const string Metrics = "metrics.", Config = "config.";

    /// <summary>What stands above the column.</summary>
    public static string Label(string column)
    {
        if (!column.StartsWith(Metrics, StringComparison.Ordinal)) return column[(column.IndexOf('.', StringComparison.Ordinal) + 1)..];
        (string which, string metric) = Metric(column);
        return MetricGuide.Of(metric).Title + which switch { "Min" => ", smallest", "Max" => ", largest", _ => "" };
    }

    /// <summary>What it says; empty where nobody knows more than its name.</summary>
    public static string Sentence(string column) =>
        column.StartsWith(Metrics, StringComparison.Ordinal) ? MetricGuide.Of(Metric(column).Metric).Hint
        : column.StartsWith(Config, StringComparison.Ordinal) && RunField.ByKey.TryGetValue(column[Config.Length..], out RunField? field) ? $"{field.Label}: {field.Effect}"
        : "";

    /// <summary>Whether it is a share of one, shown in percent.</summary>
    public static bool IsShare(string column) => column.StartsWith(Metrics, StringComparison.Ordinal) && MetricGuide.Of(Metric(column).Metric).IsShare;

    private static (string Which, string Metric) Metric(string column) => RunColumns.Metric(column[Metrics.Length..]);
}
