using Microsoft.AspNetCore.WebUtilities;

namespace RIL.Web.Runs.List;

/// <summary>What the list shows, as it stands in the address: filter, order, columns.</summary>
/// <param name="Filter">Filter in the language of <see cref="Query.RunQuery"/>.</param>
/// <param name="Sort">Column, with <c>-</c> before it for descending.</param>
/// <param name="Columns">Settings and metrics.</param>
public sealed record ListView(string Filter, string Sort, IReadOnlyList<string> Columns)
{
    /// <summary>The numbers that matter first, where nobody has chosen.</summary>
    public static IReadOnlyList<string> Usual { get; } = ["metrics.reward", "metrics.eval/accuracy", "metrics.discriminator/accuracy", "config.learning_rate", "config.seed"];

    /// <summary>From the address; an absent part is the usual one.</summary>
    public static ListView Of(string? filter, string? sort, string? columns) =>
        new(filter ?? "", sort ?? "", columns is null ? Usual : [.. columns.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal)]);

    /// <summary>The address that shows it.</summary>
    public string Address => QueryHelpers.AddQueryString("/runs", Query);

    /// <summary>Where the same is to be had as CSV.</summary>
    public string Csv => QueryHelpers.AddQueryString("/api/v1/runs/export.csv", new Dictionary<string, string?>(Query) { ["columns"] = string.Join(',', Columns) });

    /// <summary>Ordered by a column: descending first, ascending when asked again, then newest first again.</summary>
    public ListView SortedBy(string column) => this with { Sort = Sort == "-" + column ? column : Sort == column ? "" : "-" + column };

    /// <summary>With a column more or less.</summary>
    public ListView Toggled(string column) => this with { Columns = Columns.Contains(column) ? [.. Columns.Where(c => c != column)] : [.. Columns, column] };

    private Dictionary<string, string?> Query
    {
        get
        {
            var query = new Dictionary<string, string?>();
            if (Filter.Length > 0) query["filter"] = Filter;
            if (Sort.Length > 0) query["sort"] = Sort;
            if (!Columns.SequenceEqual(Usual)) query["columns"] = string.Join(',', Columns);
            return query;
        }
    }
}
