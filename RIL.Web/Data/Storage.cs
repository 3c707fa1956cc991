using System.ComponentModel.DataAnnotations;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace RIL.Web.Data;

/// <summary>Where the site keeps what it must not lose.</summary>
public sealed class StorageOptions
{
    /// <summary>The section of <c>appsettings.json</c>.</summary>
    public const string Section = "Storage";

    /// <summary>Folder of the database, runs, data sets and teachers; relative to the content root.</summary>
    [Required]
    public string Folder { get; init; } = "data";

    /// <summary>Folder whose subfolders are the checkpoints that may be registered as students; relative to the content root. Null: <c>models</c> in <see cref="Folder"/>.</summary>
    public string? Models { get; init; }
}

/// <summary>Folders and files by identifier: no path that came from a person reaches the file system.</summary>
public sealed class Storage
{
    /// <summary>Creates the folders.</summary>
    public Storage(IOptions<StorageOptions> options, IWebHostEnvironment environment)
    {
        Root = Path.GetFullPath(options.Value.Folder, environment.ContentRootPath);
        Models = options.Value.Models is { } models ? Path.GetFullPath(models, environment.ContentRootPath) : Path.Combine(Root, "models");
        foreach (string folder in (string[])[Root, Models, In("runs"), In("datasets"), In("teachers"), In("trash"), In("keys")]) Directory.CreateDirectory(folder);
        // Nobody else on the machine reads people's data or the keys of their cookies.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>The folder of everything.</summary>
    public string Root { get; }

    /// <summary>The SQLite file.</summary>
    public string Database => In("ril.db");

    /// <summary>Folder of checkpoints that may be registered as students.</summary>
    public string Models { get; }

    /// <summary>The run folder of a run.</summary>
    public string Run(string id) => Path.Combine(In("runs"), Safe(id));

    /// <summary>The folder of a data set.</summary>
    public string Dataset(string id) => Path.Combine(In("datasets"), Safe(id));

    /// <summary>The folder of a teacher.</summary>
    public string Teacher(string id) => Path.Combine(In("teachers"), Safe(id));

    /// <summary>The rows of a data set.</summary>
    public string DatasetRows(string id) => Path.Combine(Dataset(id), "rows.jsonl");

    /// <summary>The kept answers of a teacher.</summary>
    public string TeacherAnswers(string id) => Path.Combine(Teacher(id), "answers.jsonl");

    /// <summary>The checkpoint folder of that name directly below the models folder.</summary>
    public string Model(string folder) =>
        Path.GetFileName(folder) == folder && folder is not ("" or "." or "..") ? Path.Combine(Models, folder) : throw new ArgumentException($"'{folder}' is no folder name.", nameof(folder));

    /// <summary>Keys that protect cookies.</summary>
    public string Keys => In("keys");

    /// <summary>Sign-ins that were ended before their cookies expire.</summary>
    public string EndedSessions => In("ended-sessions.json");

    private string In(string name) => Path.Combine(Root, name);

    private static string Safe(string id) =>
        Identifier.IsValid(id) ? id : throw new ArgumentException($"'{id}' is no identifier.", nameof(id));
}

/// <summary>Plain connections for what runs too often for an object mapper.</summary>
/// <param name="storage">Where the database lies.</param>
public sealed class SqliteConnections(Storage storage)
{
    /// <summary>An open connection (pooled; dispose it); writers begin with <c>BEGIN IMMEDIATE</c>.</summary>
    public SqliteConnection Open()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = storage.Database, ForeignKeys = true, DefaultTimeout = 30 }.ToString());
        connection.Open();
        ConnectionSettings.Apply(connection);
        return connection;
    }
}
