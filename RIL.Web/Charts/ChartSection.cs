namespace RIL.Web.Charts;

/// <summary>Charts under one heading.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Metrics">Their metrics, what matters first.</param>
public sealed record ChartSection(string Title, IReadOnlyList<MetricInfo> Metrics)
{
    /// <summary>Charts of a section that are put on the page at a time.</summary>
    public const int Page = 48;

    /// <summary>The sections of these metrics, of those whose name or title contains every word of <paramref name="find"/>.</summary>
    public static IReadOnlyList<ChartSection> Of(IEnumerable<string> metrics, string find)
    {
        string[] words = find.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return
        [
            .. MetricGuide.Sorted(metrics)
                .Where(m => words.All(w => m.Name.Contains(w, StringComparison.OrdinalIgnoreCase) || m.Title.Contains(w, StringComparison.OrdinalIgnoreCase)))
                .GroupBy(m => m.Section).Select(g => new ChartSection(g.Key, [.. g])),
        ];
    }
}
