using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Migrations;
using RIL.Training;

namespace RIL.Web.Data;

/// <summary>The database: registration, and the check at start-up.</summary>
public static class DataFeature
{
    /// <summary>Registers the storage folder and the database.</summary>
    public static void AddData(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<Storage>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<WriteGate>();
        builder.Services.AddDbContextFactory<RilDb>((services, options) =>
        {
            Configure(options, services.GetRequiredService<Storage>().Database);
            options.AddInterceptors(services.GetRequiredService<WriteGate>());
        });
        builder.Services.AddSingleton<SqliteConnections>();
    }

    /// <summary>Brings the database to this program's version; throws <see cref="InputException"/> where it is newer.</summary>
    public static async Task PrepareDatabase(this WebApplication app)
    {
        await using RilDb db = await app.Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContextAsync();
        string[] unknown = [.. (await db.Database.GetAppliedMigrationsAsync()).Except(db.Database.GetMigrations())];
        if (unknown.Length > 0)
        {
            throw new InputException(
                $"{app.Services.GetRequiredService<Storage>().Database} was written by a newer version of this program (it has '{unknown[^1]}', which this one does not know); start that version, or restore a backup.");
        }
        await db.Database.MigrateAsync();
        await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;");
    }

    internal static void Configure(DbContextOptionsBuilder options, string file) =>
        options.UseSqlite(new SqliteConnectionStringBuilder { DataSource = file, ForeignKeys = true, DefaultTimeout = 30 }.ToString())
            .ReplaceService<IMigrationsSqlGenerator, StorageSqlGenerator>()
            .AddInterceptors(ConnectionSettings.Instance);

    // For the migrations tool alone.
    private sealed class DesignTime : IDesignTimeDbContextFactory<RilDb>
    {
        public RilDb CreateDbContext(string[] args)
        {
            var options = new DbContextOptionsBuilder<RilDb>();
            Configure(options, "design.db");
            return new RilDb(options.Options);
        }
    }
}
