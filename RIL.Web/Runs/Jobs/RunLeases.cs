using Microsoft.Data.Sqlite;
using RIL.Web.Data;

namespace RIL.Web.Runs.Jobs;

/// <summary>Leases on runs: one owner at a time, and a fencing number that makes a late writer harmless.</summary>
public sealed class RunLeases(SqliteConnections connections, TimeProvider clock)
{
    /// <summary>How long a lease holds without a renewal.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromSeconds(30);

    /// <summary>How often it is renewed.</summary>
    public static TimeSpan Renewal { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Takes the lease of a run at work where it is free, has run out, or its owner is gone; gives the fencing number, or null.</summary>
    public long? Take(string runId, string? owner = null)
    {
        using SqliteConnection connection = connections.Open();
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        using SqliteCommand look = Command(connection, transaction, "SELECT LeaseOwner, LeaseUntil, State FROM Runs WHERE Id = $run", runId);
        using (SqliteDataReader row = look.ExecuteReader())
        {
            if (!row.Read()) return null;
            bool held = !row.IsDBNull(0) && !row.IsDBNull(1) && row.GetInt64(1) > now && !LeaseOwner.IsGone(row.GetString(0));
            // A job that comes late finds a run that has ended, or waits again.
            if (held || !RunTransitions.IsActive(Enum.Parse<RunState>(row.GetString(2)))) return null;
        }
        using SqliteCommand take = Command(connection, transaction, "UPDATE Runs SET LeaseOwner = $owner, LeaseUntil = $until, Fence = Fence + 1 WHERE Id = $run RETURNING Fence", runId);
        take.Parameters.AddWithValue("$owner", owner ?? LeaseOwner.Me);
        take.Parameters.AddWithValue("$until", now + (long)Lifetime.TotalMilliseconds);
        long fence = (long)take.ExecuteScalar()!;
        transaction.Commit();
        return fence;
    }

    /// <summary>Renews it; false where somebody else has it by now.</summary>
    public bool Renew(string runId, long fence) => Change(runId, fence, "LeaseUntil = $until", clock.GetUtcNow().Add(Lifetime).ToUnixTimeMilliseconds());

    /// <summary>Gives it back.</summary>
    public void Release(string runId, long fence) => Change(runId, fence, "LeaseOwner = NULL, LeaseUntil = $until", null);

    private bool Change(string runId, long fence, string set, long? until)
    {
        using SqliteConnection connection = connections.Open();
        using SqliteCommand change = Command(connection, null, $"UPDATE Runs SET {set} WHERE Id = $run AND Fence = $fence", runId);
        change.Parameters.AddWithValue("$fence", fence);
        change.Parameters.AddWithValue("$until", (object?)until ?? DBNull.Value);
        return change.ExecuteNonQuery() == 1;
    }

    private static SqliteCommand Command(SqliteConnection connection, SqliteTransaction? transaction, string sql, string runId)
    {
        SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        command.Parameters.AddWithValue("$run", runId);
        return command;
    }
}
