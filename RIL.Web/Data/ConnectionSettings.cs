using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RIL.Web.Data;

/// <summary>What SQLite forgets with every connection.</summary>
internal sealed class ConnectionSettings : DbConnectionInterceptor
{
    public static ConnectionSettings Instance { get; } = new();

    // In WAL mode NORMAL loses nothing when a process dies; a power cut may undo the last moments, which are read from the run folders again.
    // The write-ahead log is folded in every 32 MiB: at SQLite's 4 MiB a batch of a large run would pay for it every time.
    private const string Pragmas = "PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=8192; PRAGMA journal_size_limit=67108864;";

    public static void Apply(DbConnection connection)
    {
        using DbCommand command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
    }

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Apply(connection);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Apply(connection);
        return Task.CompletedTask;
    }
}
