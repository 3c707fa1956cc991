using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Runs;

namespace RIL.Tests.Web.Runs;

/// <summary>A storage folder with an empty database, and runs to put into it.</summary>
internal sealed class RunPageBench : IDisposable, IDbContextFactory<RilDb>
{
    private readonly TemporaryFolder _folder = new();
    private readonly DbContextOptions<RilDb> _options;

    public RunPageBench()
    {
        Storage = new Storage(Options.Create(new StorageOptions { Folder = _folder.Path }), new Place(_folder.Path));
        var options = new DbContextOptionsBuilder<RilDb>();
        DataFeature.Configure(options, Storage.Database);
        _options = options.Options;
        using RilDb db = CreateDbContext();
        db.Database.EnsureCreated();
    }

    public Storage Storage { get; }

    public RilDb CreateDbContext() => new(_options);

    /// <summary>A run in the database with a folder of its own.</summary>
    public Run Add(RunState state = RunState.Finished, RunConfig? config = null)
    {
        var run = new Run
        {
            Id = Identifier.Create(), Name = "a run", CreatedAt = DateTimeOffset.UnixEpoch, State = state,
            Config = RunConfigDocument.Write(config ?? new RunConfig { Dataset = "quickstart:rl" }).ToJsonString(),
        };
        using RilDb db = CreateDbContext();
        db.Add(run);
        db.SaveChanges();
        Directory.CreateDirectory(Storage.Run(run.Id));
        return run;
    }

    /// <summary>Keeps completions of a step as the trainer does.</summary>
    public void Keep(Run run, long step, params CompletionRow[] rows)
    {
        CompletionsParquet.Write(Path.Combine(Storage.Run(run.Id), RunFolder.Completions(step)), step, rows);
        using RilDb db = CreateDbContext();
        db.Add(new CompletionStep { RunId = run.Id, Step = step, File = RunFolder.Completions(step), Rows = rows.Length });
        db.SaveChanges();
    }

    /// <summary>A folder that looks like a checkpoint of the trainer's.</summary>
    public string Checkpoint(Run run, string name, int bytes = 1000)
    {
        string folder = Path.Combine(Storage.Run(run.Id), name);
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), [.. Enumerable.Range(0, bytes).Select(i => (byte)i)]);
        File.WriteAllText(Path.Combine(folder, "config.json"), "{}");
        CheckpointManifest.Write(folder);
        return folder;
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    private sealed class Place(string root) : IWebHostEnvironment
    {
        public string WebRootPath { get; set; } = root;
        public IFileProvider WebRootFileProvider { get; set; } = new NullFileProvider();
        public string ApplicationName { get; set; } = "test";
        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
        public string ContentRootPath { get; set; } = root;
        public string EnvironmentName { get; set; } = "Test";
    }
}
