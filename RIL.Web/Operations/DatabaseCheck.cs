using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RIL.Web.Data;

namespace RIL.Web.Operations;

/// <summary>Whether the database takes a write; the write is taken back.</summary>
internal sealed class DatabaseCheck(SqliteConnections connections) : IHealthCheck
{
    // Off the caller's thread: where somebody else writes for long, this waits.
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.Run(Look, cancellationToken);

    private HealthCheckResult Look()
    {
        try
        {
            using SqliteConnection connection = connections.Open();
            using SqliteTransaction transaction = connection.BeginTransaction();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "INSERT INTO SiteSettings (Name, Value) VALUES ('health', '1') ON CONFLICT (Name) DO UPDATE SET Value = Value";
            command.ExecuteNonQuery();
            transaction.Rollback();
            return HealthCheckResult.Healthy("It can be written.");
        }
        catch (SqliteException e)
        {
            return HealthCheckResult.Unhealthy($"It cannot be written ({e.Message.TrimEnd('.')}); look at the disk and the rights of the storage folder.");
        }
    }
}
