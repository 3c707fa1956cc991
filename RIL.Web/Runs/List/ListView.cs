using Microsoft.AspNetCore.WebUtilities;

namespace RIL.Web.Runs.List;

/// <summary>What the list shows, as it stands in the address: filter, order, columns, selected runs.</summary>
/// <param name="Filter">Filter in the language of <see cref="Query.RunQuery"/>.</param>
/// <param name="Sort">Column, with <c>-</c> before it for descending.</param>
/// <param name="Columns">Settings and metrics.</param>
/// <param name="Selected">Identifiers of the selected runs.</param>
public sealed record ListView(string Filter, string Sort, IReadOnlyList<string> Columns, IReadOnlyList<string> Selected)
{
    /// <summary>Selected runs at most: an address has an end.</summary>
    public const int MostSelected = 300;

    /// <summary>The numbers that matter first, where nobody has chosen.</summary>
    public static IReadOnlyList<string> Usual { get; } = ["metrics.reward", "metrics.eval/accuracy", "metrics.discriminator/accuracy", "config.learning_rate", "config.seed"];

    /// <summary>From the address; an absent part is the usual one.</summary>
    public static ListView Of(string? filter, string? sort, string? columns, string? selected = null) =>
        new(filter ?? "", sort ?? "", columns is null ? Usual : Words(columns), [.. Words(selected ?? "").Take(MostSelected)]);

    /// <summary>The address that shows it.</summary>
    public string Address => QueryHelpers.AddQueryString("/runs", Query);

    /// <summary>Where the same is to be had as CSV.</summary>
    public string Csv => QueryHelpers.AddQueryString("/api/v1/runs/export.csv", new Dictionary<string, string?>((this with { Selected = [] }).Query) { ["columns"] = string.Join(',', Columns) });

    /// <summary>Ordered by a column: descending first, ascending when asked again, then newest first again.</summary>
    public ListView SortedBy(string column) => this with { Sort = Sort == "-" + column ? column : Sort == column ? "" : "-" + column };

    /// <summary>Of those that a filter lets through, the runs with a tag; what the filter says stays.</summary>
    public ListView Tagged(string filter, string tag)
    {
        string wanted = $"tag = \"{tag}\"", before = filter.Trim();
        if (before.Contains(wanted, StringComparison.OrdinalIgnoreCase)) return this with { Filter = before };
        bool split = before.Split((char[])[' ', '(', ')']).Contains("or", StringComparer.OrdinalIgnoreCase);
        return this with { Filter = before.Length == 0 ? wanted : split ? $"({before}) and {wanted}" : $"{before} and {wanted}" };
    }

    /// <summary>Whether the same runs stand in the same order with the same numbers.</summary>
    public bool ShowsTheSame(ListView other) => Filter == other.Filter && Sort == other.Sort && Columns.SequenceEqual(other.Columns);

    /// <summary>With a column more or less.</summary>
    public ListView Toggled(string column) => this with { Columns = Columns.Contains(column) ? [.. Columns.Where(c => c != column)] : [.. Columns, column] };

    private static string[] Words(string text) => [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal)];

    private Dictionary<string, string?> Query
    {
        get
        {
            var query = new Dictionary<string, string?>();
            if (Filter.Length > 0) query["filter"] = Filter;
            if (Sort.Length > 0) query["sort"] = Sort;
            if (!Columns.SequenceEqual(Usual)) query["columns"] = string.Join(',', Columns);
            if (Selected.Count > 0) query["selected"] = string.Join(',', Selected);
            return query;
        }
    }
}
