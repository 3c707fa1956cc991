using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using RIL.Training;
using RIL.Web.Data;

namespace RIL.Web.Runs.Query;

/// <summary>A run as a row of a table.</summary>
/// <param name="Id">Identifier.</param>
/// <param name="Name">Name.</param>
/// <param name="State">State.</param>
/// <param name="Reason">Why, where that is not obvious.</param>
/// <param name="Color">Its colour on every page.</param>
/// <param name="Owner">Name of who created it; null for the site.</param>
/// <param name="Stage">The stage it is in.</param>
/// <param name="StageStep">Steps done in the stage.</param>
/// <param name="StageTotal">Steps of the stage.</param>
/// <param name="LeftSeconds">Seconds left in the stage.</param>
/// <param name="Step">The run's step.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="StartedAt">When its trainer first started.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="WorkedSeconds">Seconds its trainers have worked.</param>
/// <param name="Tags">Tags.</param>
/// <param name="Values">Values of the chosen columns, by their words; what does not exist is absent.</param>
public sealed record RunRow(
    string Id, string Name, RunState State, string? Reason, int Color, string? Owner, string? Stage, long StageStep, long? StageTotal, double? LeftSeconds, long Step,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, double WorkedSeconds, IReadOnlyList<string> Tags, IReadOnlyDictionary<string, object> Values);

/// <summary>A page of runs.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Total">Runs that pass the filter.</param>
public sealed record RunPage(IReadOnlyList<RunRow> Rows, int Total);

/// <summary>Finds runs by the filter language; the list page, REST and the palette ask here.</summary>
public sealed class RunQuery(SqliteConnections connections, TimeProvider clock)
{
    /// <summary>The largest page.</summary>
    public const int LargestPage = 500;

    private const string Columns = "r.Id, r.Name, r.State, r.Reason, r.Color, (SELECT u.UserName FROM AspNetUsers u WHERE u.Id = r.OwnerId), r.Stage, r.StageStep, r.StageTotal, r.LeftSeconds, r.Step, r.CreatedAt, r.StartedAt, r.EndedAt, r.WorkedSeconds, r.Config";

    /// <summary>A page of the runs that pass a filter. Throws <see cref="FilterException"/> or <see cref="InputException"/> where filter, order or columns cannot be read.</summary>
    /// <param name="filter">Filter; empty = all but archived ones and the trash.</param>
    /// <param name="sort">A column, with <c>-</c> before it for descending; empty = newest first.</param>
    /// <param name="columns">Settings and metrics to show: <c>config.SETTING</c>, <c>metrics.NAME</c>.</param>
    /// <param name="offset">Rows to leave out.</param>
    /// <param name="limit">Rows at most.</param>
    /// <param name="me">Name of who asks, for <c>owner = me</c>.</param>
    public RunPage Page(string? filter, string? sort, IReadOnlyList<string> columns, int offset, int limit, string? me)
    {
        (RunFilter parsed, string where) = Where(filter, me);
        using SqliteConnection connection = connections.Open();
        using SqliteCommand count = connection.CreateCommand();
        count.CommandText = $"SELECT COUNT(*) FROM Runs r WHERE {where}";
        parsed.Bind(count);
        int total = Convert.ToInt32(count.ExecuteScalar(), CultureInfo.InvariantCulture);
        using SqliteCommand page = connection.CreateCommand();
        page.CommandText = $"SELECT {Columns} FROM Runs r WHERE {where} ORDER BY {Order(sort, page)} LIMIT $limit OFFSET $offset";
        parsed.Bind(page);
        page.Parameters.AddWithValue("$limit", Math.Clamp(limit, 1, LargestPage));
        page.Parameters.AddWithValue("$offset", Math.Max(0, offset));
        return new RunPage(Read(connection, page, columns), total);
    }

    /// <summary>Identifiers of all runs that pass a filter, in order, as they are now.</summary>
    public IReadOnlyList<string> Ids(string? filter, string? sort, string? me)
    {
        (RunFilter parsed, string where) = Where(filter, me);
        using SqliteConnection connection = connections.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT r.Id FROM Runs r WHERE {where} ORDER BY {Order(sort, command)}";
        parsed.Bind(command);
        using SqliteDataReader reader = command.ExecuteReader();
        var ids = new List<string>();
        while (reader.Read()) ids.Add(reader.GetString(0));
        return ids;
    }

    /// <summary>These runs, in their order, with the chosen columns; those that are gone are left out.</summary>
    public IReadOnlyList<RunRow> Rows(IReadOnlyList<string> ids, IReadOnlyList<string> columns)
    {
        using SqliteConnection connection = connections.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM json_each($ids) i JOIN Runs r ON r.Id = i.value ORDER BY i.key";
        command.Parameters.AddWithValue("$ids", JsonSerializer.Serialize(ids));
        return Read(connection, command, columns);
    }

    private (RunFilter Filter, string Where) Where(string? filter, string? me)
    {
        RunFilter parsed = RunFilter.Parse(filter, me, clock.GetUtcNow());
        return (parsed, parsed.SaysState ? $"({parsed.Sql})" : $"({parsed.Sql}) AND r.State NOT IN ('Archived', 'Deleted')");
    }

    private static List<RunRow> Read(SqliteConnection connection, SqliteCommand page, IReadOnlyList<string> columns)
    {
        var rows = new List<RunRow>();
        var values = new Dictionary<string, Dictionary<string, object>>(StringComparer.Ordinal);
        using (SqliteDataReader reader = page.ExecuteReader())
        {
            while (reader.Read())
            {
                string id = reader.GetString(0);
                values[id] = Settings(reader.GetString(15), columns);
                rows.Add(Row(reader, id, values[id]));
            }
        }
        AddMetrics(connection, columns, values);
        return WithTags(connection, rows);
    }

    /// <summary>Those of some runs that pass a filter, in their order, with their states. Throws as <see cref="Page"/> does.</summary>
    public IReadOnlyDictionary<string, RunState> Among(IReadOnlyCollection<string> ids, string? filter, string? me)
    {
        var found = new OrderedDictionary<string, RunState>(StringComparer.Ordinal);
        if (ids.Count == 0) return found;
        (RunFilter parsed, string where) = Where(filter, me);
        using SqliteConnection connection = connections.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT r.Id, r.State FROM json_each($ids) i JOIN Runs r ON r.Id = i.value WHERE {where} ORDER BY i.key";
        parsed.Bind(command);
        command.Parameters.AddWithValue("$ids", JsonSerializer.Serialize(ids));
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read()) found[reader.GetString(0)] = Enum.Parse<RunState>(reader.GetString(1));
        return found;
    }

    /// <summary>Names of all metrics that any run has, most common first: for column choosers and completion.</summary>
    public IReadOnlyList<string> MetricNames(int limit = 500)
    {
        using SqliteConnection connection = connections.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT Name FROM Metrics WHERE RunId IN (SELECT Id FROM Runs ORDER BY CreatedAt DESC LIMIT 50) GROUP BY Name ORDER BY COUNT(*) DESC, Name LIMIT $limit";
        command.Parameters.AddWithValue("$limit", limit);
        using SqliteDataReader reader = command.ExecuteReader();
        var names = new List<string>();
        while (reader.Read()) names.Add(reader.GetString(0));
        return names;
    }

    private static string Order(string? sort, SqliteCommand command)
    {
        if (string.IsNullOrWhiteSpace(sort)) return "r.CreatedAt DESC, r.Id";
        bool descending = sort[0] == '-';
        string word = descending ? sort[1..] : sort;
        string sql;
        if (RunColumns.Plain.TryGetValue(word, out string? plain)) sql = plain;
        else if (word.StartsWith("config.", StringComparison.Ordinal))
        {
            command.Parameters.AddWithValue("$sort", RunColumns.Setting(word["config.".Length..]));
            sql = "json_extract(r.Config, $sort)";
        }
        else if (word.StartsWith("metrics.", StringComparison.Ordinal))
        {
            (string column, string metric) = RunColumns.Metric(word["metrics.".Length..]);
            command.Parameters.AddWithValue("$sort", metric);
            sql = $"(SELECT m.{column} FROM Metrics m WHERE m.RunId = r.Id AND m.Name = $sort)";
        }
        else
        {
            throw new InputException($"sort: '{word}' is no column; expected {string.Join(", ", RunColumns.Plain.Keys)}, config.SETTING or metrics.NAME, with - before it for descending.");
        }
        // What has no value comes last, whichever way.
        return $"{sql} IS NULL, {sql} {(descending ? "DESC" : "ASC")}, r.CreatedAt DESC, r.Id";
    }

    private static RunRow Row(SqliteDataReader r, string id, Dictionary<string, object> values) => new(
        id, r.GetString(1), Enum.Parse<RunState>(r.GetString(2)), Text(r, 3), r.GetInt32(4), Text(r, 5), Text(r, 6), r.GetInt64(7), r.IsDBNull(8) ? null : r.GetInt64(8), r.IsDBNull(9) ? null : r.GetDouble(9),
        r.GetInt64(10), Time(r, 11)!.Value, Time(r, 12), Time(r, 13), r.GetDouble(14), [], values);

    private static string? Text(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset? Time(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));

    private static Dictionary<string, object> Settings(string config, IReadOnlyList<string> columns)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        if (!columns.Any(c => c.StartsWith("config.", StringComparison.Ordinal))) return values;
        using JsonDocument document = JsonDocument.Parse(config);
        foreach (string column in columns.Where(c => c.StartsWith("config.", StringComparison.Ordinal)))
        {
            JsonElement at = document.RootElement;
            bool found = column["config.".Length..].Split('.').All(part => at.ValueKind == JsonValueKind.Object && at.TryGetProperty(part, out at));
            if (found && at.ValueKind != JsonValueKind.Null) values[column] = at.ValueKind switch { JsonValueKind.Number => at.GetDouble(), JsonValueKind.String => at.GetString()!, JsonValueKind.True => true, JsonValueKind.False => false, _ => at.GetRawText() };
        }
        return values;
    }

    // Only the chosen metrics of the rows of this page: the index is (run, name).
    private static void AddMetrics(SqliteConnection connection, IReadOnlyList<string> columns, Dictionary<string, Dictionary<string, object>> values)
    {
        string[] wanted = [.. columns.Where(c => c.StartsWith("metrics.", StringComparison.Ordinal))];
        if (wanted.Length == 0 || values.Count == 0) return;
        using SqliteCommand command = connection.CreateCommand();
        string[] names = [.. wanted.Select(w => RunColumns.Metric(w["metrics.".Length..]).Metric).Distinct()];
        for (int i = 0; i < names.Length; i++) command.Parameters.AddWithValue($"$n{i}", names[i]);
        SqliteParameter run = command.Parameters.Add("$run", SqliteType.Text);
        command.CommandText = $"SELECT Name, Last, Min, Max FROM Metrics WHERE RunId = $run AND Name IN ({string.Join(", ", names.Select((_, i) => $"$n{i}"))})";
        command.Prepare();
        foreach ((string id, Dictionary<string, object> row) in values)
        {
            run.Value = id;
            using SqliteDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                string name = reader.GetString(0);
                foreach (string column in wanted)
                {
                    (string which, string metric) = RunColumns.Metric(column["metrics.".Length..]);
                    int at = which switch { "Min" => 2, "Max" => 3, _ => 1 };
                    if (metric == name && !reader.IsDBNull(at)) row[column] = reader.GetDouble(at);
                }
            }
        }
    }

    private static List<RunRow> WithTags(SqliteConnection connection, List<RunRow> rows)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT Tag FROM RunTags WHERE RunId = $run ORDER BY Tag COLLATE NOCASE";
        SqliteParameter run = command.Parameters.Add("$run", SqliteType.Text);
        return [.. rows.Select(row =>
        {
            run.Value = row.Id;
            using SqliteDataReader reader = command.ExecuteReader();
            var tags = new List<string>();
            while (reader.Read()) tags.Add(reader.GetString(0));
            return row with { Tags = tags };
        })];
    }
}
