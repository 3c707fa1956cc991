using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RIL.Web.Accounts;
using RIL.Web.Data;
using RIL.Web.Runs;

namespace RIL.Web.Datasets;

/// <summary>Data sets: those that come with the program and those that people brought. Pages and endpoints call the same methods.</summary>
public sealed class DatasetService(IDbContextFactory<RilDb> databases, Storage storage, DatasetRows rows, TimeProvider clock)
{
    private static readonly (string Name, string Notes)[] BuiltIn =
    [
        ("rl", "Plain questions about four pictures in a grid, the answer alone; training."),
        ("sft", "The warm start's questions, answered in the short or, with explain, the long form; training."),
        ("validation", "Plain questions about held-out pictures, for choosing settings."),
        ("test", "Plain questions about other held-out pictures, for the numbers that are reported."),
    ];

    /// <summary>Those of people, newest first, then those of the program.</summary>
    public async Task<IReadOnlyList<DatasetView>> List()
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        Dictionary<string, string?> names = await db.Users.ToDictionaryAsync(u => u.Id, u => u.UserName);
        List<DatasetRecord> own = await db.Datasets.AsNoTracking().OrderByDescending(d => d.CreatedAt).ToListAsync();
        return [.. own.Select(d => View(d, d.OwnerId is { } owner ? names.GetValueOrDefault(owner) : null)), .. BuiltIn.Select(b => View(b.Name, b.Notes))];
    }

    /// <summary>A data set by identifier or reference; null where there is none.</summary>
    public async Task<DatasetView?> Find(string id)
    {
        id = DatasetView.IdOf(id);
        if (BuiltIn.FirstOrDefault(b => $"quickstart:{b.Name}" == id) is { Name: not null } builtIn) return View(builtIn.Name, builtIn.Notes);
        await using RilDb db = await databases.CreateDbContextAsync();
        if (await db.Datasets.AsNoTracking().FirstOrDefaultAsync(d => d.Id == id) is not { } found) return null;
        return View(found, await db.Users.Where(u => u.Id == found.OwnerId).Select(u => u.UserName).FirstOrDefaultAsync());
    }

    /// <summary>The runs that name it, newest first.</summary>
    public async Task<IReadOnlyList<RunUse>> Uses(string reference)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        return await RunUse.Of(db, reference);
    }

    /// <summary>Changes name or notes; what is null stays. Null where there is no such data set of a person.</summary>
    public async Task<DatasetView?> Describe(string id, string? name, string? notes)
    {
        await using (RilDb db = await databases.CreateDbContextAsync())
        {
            if (await db.Datasets.FirstOrDefaultAsync(d => d.Id == id) is not { } found) return null;
            found.Name = GivenText.Name(name) ?? found.Name;
            found.Notes = notes is null ? found.Notes : GivenText.Notes(notes);
            await db.SaveChangesAsync();
        }
        return await Find(id);
    }

    /// <summary>Deletes rows and pictures for good. A sentence says why not, also where there is none any more; null where it is done.</summary>
    public async Task<string?> Delete(string id)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        string reference = DatasetView.ReferenceOf(id);
        // Nobody begins to use it between the look and the deletion.
        await using var transaction = await db.Database.BeginTransactionAsync();
        if (await db.Datasets.FirstOrDefaultAsync(d => d.Id == id) is not { } found) return "The data set does not exist any more.";
        if (RunUse.Refusal($"Data set '{found.Name}'", await RunUse.Of(db, reference)) is { } refusal) return refusal;
        string[] teachers = await db.Teachers.Where(t => t.Dataset == reference).Select(t => t.Name).ToArrayAsync();
        if (teachers.Length > 0) return $"Data set '{found.Name}' has the questions of {(teachers.Length == 1 ? "teacher" : "teachers")} {string.Join(", ", teachers.Select(t => $"'{t}'"))}; delete {(teachers.Length == 1 ? "that one" : "those")} first.";
        db.Remove(found);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        rows.Forget(reference);
        if (Directory.Exists(storage.Dataset(id))) Directory.Delete(storage.Dataset(id), recursive: true);
        return null;
    }

    /// <summary>Takes a checked folder in: it moves to its place, and the record is made; both or none.</summary>
    internal async Task<DatasetView> Keep(string folder, string name, string? notes, DatasetFindings findings, Caller caller)
    {
        string id = Identifier.Create();
        string hash;
        await using (FileStream file = File.OpenRead(Path.Combine(folder, DatasetArchive.Rows))) hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(file));
        var record = new DatasetRecord
        {
            Id = id, Name = GivenText.Name(name) ?? "Data set", Notes = GivenText.Notes(notes), OwnerId = caller.Id, CreatedAt = clock.GetUtcNow(), Rows = findings.Good,
            Bytes = FolderSize.Of(folder), Types = JsonSerializer.Serialize(findings.Types), Hash = hash,
        };
        Directory.Move(folder, storage.Dataset(id));
        try
        {
            await using RilDb db = await databases.CreateDbContextAsync();
            db.Add(record);
            await db.SaveChangesAsync();
        }
        catch
        {
            Directory.Delete(storage.Dataset(id), recursive: true);
            throw;
        }
        return (await Find(id))!;
    }

    private static DatasetView View(DatasetRecord d, string? owner) => new(
        d.Id, DatasetView.ReferenceOf(d.Id), d.Name, d.Notes, BuiltIn: false, owner, d.CreatedAt, d.Rows,
        d.Types is { } types ? JsonSerializer.Deserialize<Dictionary<string, int>>(types)! : new Dictionary<string, int>(), d.Bytes, d.Hash);

    private DatasetView View(string name, string notes)
    {
        string reference = $"quickstart:{name}";
        IReadOnlyDictionary<string, int> types = rows.Types(reference);
        return new DatasetView(reference, reference, reference, notes, BuiltIn: true, null, null, types.Values.Sum(), types, 0, null);
    }
}
