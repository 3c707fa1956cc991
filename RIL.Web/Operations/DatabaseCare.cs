using Microsoft.Data.Sqlite;
using RIL.Training;
using RIL.Web.Controls;
using RIL.Web.Data;

namespace RIL.Web.Operations;

/// <summary>How large the database is.</summary>
/// <param name="Bytes">Bytes of its file.</param>
/// <param name="Log">Bytes of its write-ahead log.</param>
/// <param name="Free">Bytes in the file that hold nothing.</param>
/// <param name="Version">Version of SQLite.</param>
public sealed record DatabaseReading(long Bytes, long Log, long Free, string Version);

/// <summary>Looks after the database's file.</summary>
public sealed class DatabaseCare(SqliteConnections connections, Storage storage)
{
    /// <summary>How large it is.</summary>
    public DatabaseReading Look()
    {
        using SqliteConnection connection = connections.Open();
        long page = Number(connection, "PRAGMA page_size"), free = Number(connection, "PRAGMA freelist_count");
        return new DatabaseReading(Length(storage.Database), Length(storage.Database + "-wal"), page * free, (string)Scalar(connection, "SELECT sqlite_version()"));
    }

    /// <summary>Gives bytes that hold nothing back to the disk; others cannot write meanwhile. Throws <see cref="InputException"/> where the disk has no room for the copy that is made.</summary>
    public async Task<long> Compact()
    {
        DatabaseReading before = Look();
        Room(before.Bytes);
        await Task.Run(() =>
        {
            using SqliteConnection connection = connections.Open();
            Execute(connection, "VACUUM");
            Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        });
        return Math.Max(0, before.Bytes + before.Log - Look().Bytes);
    }

    /// <summary>A whole copy of the database, made while the site works; the file disappears when the stream is closed.</summary>
    public async Task<Stream> Backup()
    {
        Room(Look().Bytes);
        string folder = Path.Combine(storage.Root, "uploads");
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, $"backup-{Identifier.Create()}.db");
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
