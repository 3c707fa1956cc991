using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Metrics;

namespace RIL.Web.Operations;

/// <summary>Removes the rows of a run that is gone, in small transactions: between two of them others write.</summary>
public sealed class RunRows(IDbContextFactory<RilDb> databases, SqliteConnections connections, WriteGate gate)
{
    private const int RowsATime = 20_000;
    private (string[] OfRuns, string[] OfMetrics, string Metrics)? _tables;

    /// <summary>Removes them; gives how many there were. What was begun and not ended is ended by a second call.</summary>
    public async Task<long> Delete(string runId)
    {
        (string[] ofRuns, string[] ofMetrics, string metrics) = _tables ??= Tables();
        using SqliteConnection connection = connections.Open();
        long[] owned = Numbers(connection, $"SELECT \"Id\" FROM \"{metrics}\" WHERE \"RunId\" = @id", runId);
        // Values before the metrics that they belong to: an interruption in between leaves nothing that nobody finds.
        var work = new Queue<(string Text, object Id)>(
        [
            .. from metric in owned from table in ofMetrics select ($"DELETE FROM \"{table}\" WHERE \"MetricId\" = @id", (object)metric),
            .. from table in ofRuns select ($"DELETE FROM \"{table}\" WHERE \"RunId\" = @id", (object)runId),
        ]);
        long rows = 0;
        while (work.Count > 0)
        {
            using IDisposable turn = await gate.Enter();
            using SqliteTransaction transaction = connection.BeginTransaction();
            for (long batch = 0; batch < RowsATime && work.TryDequeue(out (string Text, object Id) next);)
            {
                using SqliteCommand command = connection.CreateCommand();
                command.Transaction = transaction;
                command.CommandText = next.Text;
                command.Parameters.AddWithValue("@id", next.Id);
                int deleted = command.ExecuteNonQuery();
                rows += deleted;
                batch += deleted + 1;
            }
            transaction.Commit();
        }
        return rows;
    }

    // Every table that names a run, as the model has them: one that is added later is not forgotten. A key that was used stays used: its run is gone, and is not made anew.
    private (string[] OfRuns, string[] OfMetrics, string Metrics) Tables()
    {
        using RilDb db = databases.CreateDbContext();
        static string Table(IEntityType type) => type.GetTableName()!;
        IEntityType[] all = [.. db.Model.GetEntityTypes().Where(t => t.ClrType != typeof(IdempotentRequest))];
        return (
            [.. all.Where(t => t.FindProperty(nameof(MetricSummary.RunId)) is not null).Select(Table)],
            [.. all.Where(t => t.FindProperty(nameof(MetricPoint.MetricId)) is not null).Select(Table)],
            Table(db.Model.FindEntityType(typeof(MetricSummary))!));
    }

    private static long[] Numbers(SqliteConnection connection, string text, string id)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        command.Parameters.AddWithValue("@id", id);
        using SqliteDataReader reader = command.ExecuteReader();
        var numbers = new List<long>();
        while (reader.Read()) numbers.Add(reader.GetInt64(0));
        return [.. numbers];
    }
}
