namespace RIL.Web.Runs.Query;

/// <summary>Columns of run tables: <c>name</c>, <c>state</c> …, <c>config.SETTING</c>, <c>metrics.NAME</c> with <c>.last</c> (the default), <c>.min</c> or <c>.max</c>.</summary>
public static class RunColumns
{
    /// <summary>Columns every run has, by the word of the filter language.</summary>
    public static IReadOnlyDictionary<string, string> Plain { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["name"] = "r.Name COLLATE NOCASE", ["state"] = "r.State", ["created"] = "r.CreatedAt", ["started"] = "r.StartedAt", ["ended"] = "r.EndedAt", ["duration"] = "r.WorkedSeconds", ["step"] = "r.Step",
        ["owner"] = "(SELECT u.UserName FROM AspNetUsers u WHERE u.Id = r.OwnerId)",
    };

    /// <summary>Where a setting stands in the configuration, as a path of SQLite's JSON; what would end or escape a name there is in no setting's name and is left out.</summary>
    public static string Setting(string name) => "$" + string.Concat(name.Split('.').Select(part => $".\"{part.Replace("\"", "", StringComparison.Ordinal).Replace("\\", "", StringComparison.Ordinal)}\""));

    /// <summary>Column of the summary table, and the metric's name.</summary>
    public static (string Column, string Metric) Metric(string text)
    {
        int dot = text.LastIndexOf('.');
        string column = dot < 0 ? "" : text[(dot + 1)..].ToLowerInvariant() switch { "last" => "Last", "min" => "Min", "max" => "Max", _ => "" };
        return column.Length == 0 ? ("Last", text) : (column, text[..dot]);
    }
}
