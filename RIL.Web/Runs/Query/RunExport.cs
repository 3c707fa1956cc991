using System.Globalization;
using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;

namespace RIL.Web.Runs.Query;

/// <summary>The list of runs as a file.</summary>
internal static class RunExport
{
    private static readonly string[] Fixed = ["id", "name", "state", "owner", "tags", "created", "started", "ended", "worked_seconds", "step"];

    /// <summary>All runs that pass the filter, page by page, with the chosen columns.</summary>
    public static PushStreamHttpResult Csv(RunQuery query, ClaimsPrincipal user, string? filter, string? sort, string? columns)
    {
        string[] chosen = (columns ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string? me = user.Identity?.Name;
        RunPage first = query.Page(filter, sort, chosen, 0, RunQuery.LargestPage, me); // what is wrong with the request is said before the file begins
        return TypedResults.Stream(body => Write(body, first, offset => query.Page(filter, sort, chosen, offset, RunQuery.LargestPage, me), chosen), "text/csv; charset=utf-8", "runs.csv");
    }

    private static async Task Write(Stream body, RunPage page, Func<int, RunPage> next, string[] columns)
    {
        await using var writer = new StreamWriter(body, new UTF8Encoding(false));
        await writer.WriteLineAsync(string.Join(',', Fixed.Concat(columns).Select(Cell)));
        for (int offset = 0; page.Rows.Count > 0; page = next(offset))
        {
            foreach (RunRow row in page.Rows)
                await writer.WriteLineAsync(string.Join(',', Values(row).Concat(columns.Select(c => row.Values.GetValueOrDefault(c))).Select(Cell)));
            offset += page.Rows.Count;
        }
    }

    private static IEnumerable<object?> Values(RunRow row) =>
    [
        row.Id, row.Name, row.State.ToString().ToLowerInvariant(), row.Owner, string.Join(' ', row.Tags), row.CreatedAt, row.StartedAt, row.EndedAt, row.WorkedSeconds, row.Step,
    ];

    private static string Cell(object? value)
    {
        string text = value switch
        {
            DateTimeOffset time => time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
        // A spreadsheet would take such a text for a formula.
        if (value is string && text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t') text = "'" + text;
        return text.AsSpan().IndexOfAny("\",\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
