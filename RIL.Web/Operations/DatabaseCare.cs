using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using RIL.Training;
using RIL.Web.Controls;
using RIL.Web.Data;
using RIL.Web.Runs;

namespace RIL.Web.Operations;

/// <summary>How large the database is.</summary>
/// <param name="Bytes">Bytes of its file.</param>
/// <param name="Log">Bytes of its write-ahead log.</param>
/// <param name="Free">Bytes in the file that hold nothing.</param>
/// <param name="Version">Version of SQLite.</param>
public sealed record DatabaseReading(long Bytes, long Log, long Free, string Version);

/// <summary>Looks after the database's file.</summary>
public sealed class DatabaseCare(SqliteConnections connections, IDbContextFactory<RilDb> databases, WriteGate gate, Storage storage, TimeProvider clock)
{
    // Up to this a copy takes seconds, for which trainers' followers wait.
    private const long WhileTraining = 512L << 20;
    private const string BackupName = "backup-";

    /// <summary>How large it is.</summary>
    public DatabaseReading Look()
    {
        using SqliteConnection connection = connections.Open();
        long page = Number(connection, "PRAGMA page_size"), free = Number(connection, "PRAGMA freelist_count");
        return new DatabaseReading(Length(storage.Database), Length(storage.Database + "-wal"), page * free, (string)Scalar(connection, "SELECT sqlite_version()"));
    }

    /// <summary>Gives bytes that hold nothing back to the disk; others cannot write meanwhile. Throws <see cref="InputException"/> where the disk has no room for the copy that is made, or runs would wait too long.</summary>
    public async Task<long> Compact()
    {
        DatabaseReading before = Look();
        Room(before.Bytes);
        await NobodyWaits(before.Bytes);
        try
        {
            using IDisposable turn = await gate.Enter();
            await Task.Run(() =>
            {
                using SqliteConnection connection = connections.Open();
                Execute(connection, "PRAGMA temp_store=FILE"); // the copy, which may be larger than memory
                Execute(connection, "VACUUM");
                Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            });
        }
        catch (SqliteException e)
        {
            throw new InputException($"The database could not be compacted ({e.Message.TrimEnd('.')}); nothing was lost, try again later.");
        }
        return Math.Max(0, before.Bytes + before.Log - Look().Bytes);
    }

    /// <summary>A whole copy of the database, made while the site works; the file disappears when the stream is closed.</summary>
    public async Task<Stream> Backup()
    {
        Room(Look().Bytes);
        string folder = Path.Combine(storage.Root, "uploads");
        Directory.CreateDirectory(folder);
        // Left where the site died in the middle.
        foreach (string old in Directory.GetFiles(folder, BackupName + "*"))
            if (clock.GetUtcNow() - File.GetLastWriteTimeUtc(old) > TimeSpan.FromDays(1)) File.Delete(old);
        string file = Path.Combine(folder, $"{BackupName}{Identifier.Create()}.db");
        await Task.Run(() =>
        {
            using SqliteConnection connection = connections.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "VACUUM INTO @file";
            command.Parameters.AddWithValue("@file", file);
            command.ExecuteNonQuery();
        });
        return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.DeleteOnClose | FileOptions.Asynchronous | FileOptions.SequentialScan);
    }

    private async Task NobodyWaits(long bytes)
    {
        if (bytes <= WhileTraining) return;
        await using RilDb db = await databases.CreateDbContextAsync();
        int active = await db.Runs.CountAsync(r => RunTransitions.Active.Contains(r.State));
        if (active > 0) throw new InputException($"The database has {Say.Bytes(bytes)}, and {(active == 1 ? "a run trains" : $"{active} runs train")}: nothing of theirs could be stored meanwhile. Wait until they have ended, or pause them.");
    }

    private void Room(long bytes)
    {
        if (DiskSpace.Of(storage.Root).Free is { } free && free < bytes * 2) throw new InputException($"The disk has {Say.Bytes(free)} left and a copy of the database needs {Say.Bytes(bytes * 2)}; empty the trash or make room first.");
    }

    private static long Length(string file) => new FileInfo(file) is { Exists: true } info ? info.Length : 0;

    private static long Number(SqliteConnection connection, string text) => (long)Scalar(connection, text);

    private static object Scalar(SqliteConnection connection, string text)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        return command.ExecuteScalar()!;
    }

    private static void Execute(SqliteConnection connection, string text)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }
}
