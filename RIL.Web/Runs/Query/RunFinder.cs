using Microsoft.Data.Sqlite;
using RIL.Web.Data;

namespace RIL.Web.Runs.Query;

/// <summary>A run as it is found by a few words.</summary>
/// <param name="Id">Identifier.</param>
/// <param name="Name">Name.</param>
/// <param name="State">State.</param>
/// <param name="Color">Its colour on every page.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="Tags">Tags, joined by commas.</param>
public sealed record FoundRun(string Id, string Name, RunState State, int Color, DateTimeOffset CreatedAt, string Tags);

/// <summary>Finds runs by words as people type them: parts of the name, the beginning of the identifier, tags. Runs in the trash are not found.</summary>
public sealed class RunFinder(SqliteConnections connections)
{
    private const int MostWords = 8;

    /// <summary>Runs in which every word occurs: those whose name begins so first, then those at work, then the newest. Without words the newest.</summary>
    /// <param name="text">Words, by spaces.</param>
    /// <param name="limit">Runs at most.</param>
    public IReadOnlyList<FoundRun> Find(string? text, int limit)
    {
        string[] words = [.. (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(MostWords)];
        using SqliteConnection connection = connections.Open();
        using SqliteCommand command = connection.CreateCommand();
        string where = string.Concat(words.Select((_, i) =>
            $" AND (r.Name LIKE $in{i} ESCAPE '\\' OR r.Id LIKE $from{i} ESCAPE '\\' OR EXISTS (SELECT 1 FROM RunTags t WHERE t.RunId = r.Id AND t.Tag LIKE $in{i} ESCAPE '\\'))"));
        // Inside, only what decides: the rows are wide, and the names of all of them are looked at.
        command.CommandText = $"""
            SELECT r.Id, r.Name, r.State, r.Color, r.CreatedAt, (SELECT GROUP_CONCAT(t.Tag, ', ') FROM RunTags t WHERE t.RunId = r.Id) FROM Runs r
            WHERE r.State <> 'Deleted'{where}
            ORDER BY r.Name LIKE $start ESCAPE '\' DESC, r.State IN ('Starting', 'Running', 'Pausing', 'Stopping') DESC, r.CreatedAt DESC, r.Id LIMIT $limit
            """;
        for (int i = 0; i < words.Length; i++)
        {
            command.Parameters.AddWithValue($"$in{i}", LikePattern.Containing(words[i]));
            command.Parameters.AddWithValue($"$from{i}", LikePattern.Literal(words[i]) + "%");
        }
        command.Parameters.AddWithValue("$start", LikePattern.Literal(string.Join(' ', words)) + "%");
        command.Parameters.AddWithValue("$limit", limit);
        using SqliteDataReader reader = command.ExecuteReader();
        var found = new List<FoundRun>();
        while (reader.Read())
            found.Add(new FoundRun(reader.GetString(0), reader.GetString(1), Enum.Parse<RunState>(reader.GetString(2)), reader.GetInt32(3), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(4)), reader.IsDBNull(5) ? "" : reader.GetString(5)));
        return found;
    }
}
