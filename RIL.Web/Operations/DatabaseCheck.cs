using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RIL.Web.Data;

namespace RIL.Web.Operations;

/// <summary>Whether the database takes a write; the write is taken back.</summary>
internal sealed class DatabaseCheck(SqliteConnections connections) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            using SqliteConnection connection = connections.Open();
            using SqliteTransaction transaction = connection.BeginTransaction();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "INSERT INTO SiteSettings (Name, Value) VALUES ('health', '1') ON CONFLICT (Name) DO UPDATE SET Value = Value";
            command.ExecuteNonQuery();
            transaction.Rollback();
            return Task.FromResult(HealthCheckResult.Healthy("It can be written."));
        }
        catch (SqliteException e)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy($"It cannot be written ({e.Message.TrimEnd('.')}); look at the disk and the rights of the storage folder."));
        }
    }
}
