using Microsoft.Data.Sqlite;
using RIL.Training.Runs;

namespace RIL.Web.Runs.Ingest;

/// <summary>What events say of a run besides its metrics: sentences, steps, completions, checkpoints; inside somebody's transaction.</summary>
internal sealed class RunRecords(SqliteConnection connection, SqliteTransaction? transaction, string run)
{
    // Endings and resumptions happened, whatever was repeated after them.
    private const string Repeated = "'log', 'stage', 'checkpoint'";

    public void Steps(SortedDictionary<long, (DateTimeOffset Time, double? Tokens)> steps)
    {
        using SqliteCommand command = Command(
            "INSERT INTO RunSteps(RunId, Step, Time, Tokens) VALUES($run, $1, $2, $3) ON CONFLICT(RunId, Step) DO UPDATE SET Tokens = COALESCE(excluded.Tokens, Tokens)", 3);
        foreach ((long step, (DateTimeOffset time, double? tokens)) in steps) Run(command, step, time.ToUnixTimeMilliseconds(), tokens);
    }

    public void Log(IEnumerable<RunLogLine> lines)
    {
        using SqliteCommand command = Command("INSERT OR REPLACE INTO RunLogLines(RunId, Number, Time, Level, Kind, Text) VALUES($run, $1, $2, $3, $4, $5)", 5);
        foreach (RunLogLine line in lines) Run(command, line.Number, line.Time.ToUnixTimeMilliseconds(), line.Level, line.Kind, line.Text);
    }

    public void Completions(IEnumerable<CompletionsEvent> events)
    {
        using SqliteCommand command = Command("INSERT OR REPLACE INTO CompletionSteps(RunId, Step, File, Rows) VALUES($run, $1, $2, $3)", 3);
        foreach (CompletionsEvent e in events) Run(command, e.Step, e.File, e.Rows);
    }

    public void Checkpoints(IEnumerable<CheckpointEvent> events)
    {
        using SqliteCommand command = Command(
            "INSERT INTO RunCheckpoints(RunId, Step, Folder, Time, Kept) VALUES($run, $1, $2, $3, 0) ON CONFLICT(RunId, Step) DO UPDATE SET Folder = excluded.Folder, Time = excluded.Time", 3);
        foreach (CheckpointEvent e in events) Run(command, e.Step, e.Folder, e.Time.ToUnixTimeMilliseconds());
    }

    /// <summary>Removes what a return makes void, as many rows as <paramref name="left"/> says, which becomes what is left of it. What a person asked to keep stays.</summary>
    public void Rewind(RunReturn back, ref int left)
    {
        foreach (string table in (string[])["RunSteps", "CompletionSteps"]) Remove(table, "Step", "Step > $1", back.Step, ref left);
        Remove("RunCheckpoints", "Step", "Step > $1 AND Kept = 0", back.Step, ref left);
        Remove("RunLogLines", "Number", back.Anew ? "Number > $1" : $"Number > $1 AND Kind IN ({Repeated})", back.Event, ref left);
    }

    /// <summary>The sentence of an event.</summary>
    public (string Kind, string Text)? Line(long number)
    {
        using SqliteCommand command = Command("SELECT Kind, Text FROM RunLogLines WHERE RunId = $run AND Number = $1", 1);
        command.Parameters[1].Value = number;
        using SqliteDataReader row = command.ExecuteReader();
        return row.Read() ? (row.GetString(0), row.GetString(1)) : null;
    }

    private void Remove(string table, string key, string what, long after, ref int left)
    {
        using SqliteCommand command = Command($"DELETE FROM {table} WHERE RunId = $run AND {key} IN (SELECT {key} FROM {table} WHERE RunId = $run AND {what} ORDER BY {key} DESC LIMIT $2)", 2);
        if (left > 0) left -= Run(command, after, left);
    }

    private SqliteCommand Command(string text, int parameters)
    {
        SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = text;
        command.Parameters.AddWithValue("$run", run);
        for (int i = 1; i <= parameters; i++) command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        return command;
    }

    private static int Run(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (int i = 0; i < values.Length; i++) command.Parameters[i + 1].Value = values[i] ?? DBNull.Value;
        return command.ExecuteNonQuery();
    }
}
