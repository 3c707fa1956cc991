using System.Globalization;
using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;

namespace RIL.Web.Runs.Query;

/// <summary>The list of runs as a file.</summary>
internal static class RunExport
{
    private static readonly string[] Fixed = ["id", "name", "state", "owner", "tags", "created", "started", "ended", "worked_seconds", "step"];

    private const int RunsATime = 500;

    /// <summary>All runs that pass the filter when it is asked for, with the chosen columns: what is created or changed while the file is read moves none of them.</summary>
    public static PushStreamHttpResult Csv(RunQuery query, ClaimsPrincipal user, string? filter, string? sort, string? columns)
    {
        string[] chosen = (columns ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        IReadOnlyList<string> ids = query.Ids(filter, sort, user.Identity?.Name);
        string[][] parts = [.. ids.Chunk(RunsATime)];
        IReadOnlyList<RunRow> first = query.Rows(parts.FirstOrDefault() ?? [], chosen); // what is wrong with the request is said before the file begins
        return TypedResults.Stream(body => Write(body, parts.Skip(1).Select(p => query.Rows(p, chosen)).Prepend(first), chosen), "text/csv; charset=utf-8", "runs.csv");
    }

    private static async Task Write(Stream body, IEnumerable<IReadOnlyList<RunRow>> parts, string[] columns)
    {
        await using var writer = new StreamWriter(body, new UTF8Encoding(false));
        await writer.WriteLineAsync(string.Join(',', Fixed.Concat(columns).Select(Cell)));
        foreach (RunRow row in parts.SelectMany(p => p)) await writer.WriteLineAsync(string.Join(',', Values(row).Concat(columns.Select(c => row.Values.GetValueOrDefault(c))).Select(Cell)));
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
