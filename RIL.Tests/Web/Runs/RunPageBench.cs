using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;
using RIL.Web.Data;

namespace RIL.Tests.Web.Runs;

/// <summary>A storage folder with an empty database, and runs to put into it.</summary>
internal sealed class RunPageBench : RunMaker, IDisposable, IDbContextFactory<RilDb>
{
    private readonly TemporaryFolder _folder;
    private readonly Database _database;

    public RunPageBench() : this(new TemporaryFolder())
    {
    }

    private RunPageBench(TemporaryFolder folder) : this(folder, new Storage(Options.Create(new StorageOptions { Folder = folder.Path }), new Place(folder.Path)))
    {
    }

    private RunPageBench(TemporaryFolder folder, Storage storage) : this(folder, storage, new Database(storage))
    {
    }

    private RunPageBench(TemporaryFolder folder, Storage storage, Database database) : base(storage, database)
    {
        (_folder, _database) = (folder, database);
        using RilDb db = database.CreateDbContext();
        db.Database.Migrate();
    }

    public RilDb CreateDbContext() => _database.CreateDbContext();

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    private sealed class Database(Storage storage) : IDbContextFactory<RilDb>
    {
        public RilDb CreateDbContext()
        {
            var options = new DbContextOptionsBuilder<RilDb>();
            DataFeature.Configure(options, storage.Database);
            return new RilDb(options.Options);
        }
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
