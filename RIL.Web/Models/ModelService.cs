using Microsoft.EntityFrameworkCore;
using RIL.Training;
using RIL.Web.Accounts;
using RIL.Web.Data;
using RIL.Web.Runs;

namespace RIL.Web.Models;

/// <summary>Students: the program's own, those that people registered, and those that runs have trained. Pages and endpoints call the same methods.</summary>
public sealed class ModelService(IDbContextFactory<RilDb> databases, Storage storage, ModelInspector inspector, TimeProvider clock)
{
    private const string OfTheProgram = "quickstart:Student", OfARun = "run:", Own = "model:";

    /// <summary>Students of runs that are listed: those of the runs that finished last.</summary>
    public const int TrainedShown = 200;

    /// <summary>How many runs have finished, listed or not.</summary>
    public async Task<int> FinishedRuns()
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        return await Finished(db).CountAsync();
    }

    /// <summary>Registered ones, the program's own, then those that finished runs trained, newest first, of the <see cref="TrainedShown"/> runs that finished last.</summary>
    public async Task<IReadOnlyList<ModelView>> List()
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        Dictionary<string, string?> names = await db.Users.ToDictionaryAsync(u => u.Id, u => u.UserName);
        List<ModelRecord> own = await db.Models.AsNoTracking().OrderByDescending(m => m.CreatedAt).ToListAsync();
        var trained = await Finished(db).OrderByDescending(r => r.EndedAt).Take(TrainedShown).Select(r => new { r.Id, r.Name, r.EndedAt }).ToListAsync();
        return
        [
            .. own.Select(m => View(m, m.OwnerId is { } owner ? names.GetValueOrDefault(owner) : null)),
            Program(),
            .. trained.Where(r => Directory.Exists(StudentOf(r.Id))).Select(r => Trained(r.Id, r.Name, r.EndedAt)),
        ];
    }

    /// <summary>A student by identifier or reference; null where there is none.</summary>
    public async Task<ModelView?> Find(string id)
    {
        if (id.StartsWith(Own, StringComparison.Ordinal)) id = id[Own.Length..];
        if (id == OfTheProgram) return Program();
        await using RilDb db = await databases.CreateDbContextAsync();
        if (id.StartsWith(OfARun, StringComparison.Ordinal))
        {
            string run = id[OfARun.Length..];
            var found = await db.Runs.Where(r => r.Id == run).Select(r => new { r.Id, r.Name, r.EndedAt }).FirstOrDefaultAsync();
            return found is not null && Directory.Exists(StudentOf(run)) ? Trained(found.Id, found.Name, found.EndedAt) : null;
        }
        if (await db.Models.AsNoTracking().FirstOrDefaultAsync(m => m.Id == id) is not { } model) return null;
        return View(model, await db.Users.Where(u => u.Id == model.OwnerId).Select(u => u.UserName).FirstOrDefaultAsync());
    }

    /// <summary>What its folder holds.</summary>
    public ModelFacts Facts(ModelView model) => inspector.Look(model.Kind switch
    {
        "program" => Path.Combine(AppContext.BaseDirectory, "Quickstart", "Student"),
        "run" => StudentOf(model.Id[OfARun.Length..]),
        _ => storage.Model(model.Folder!),
    });

    /// <summary>Folders below the models folder that are not registered.</summary>
    public async Task<IReadOnlyList<ModelCandidate>> Candidates()
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        HashSet<string> registered = [.. await db.Models.Select(m => m.Folder).ToListAsync()];
        return [.. Folders().Where(f => !registered.Contains(f)).Select(f => new ModelCandidate(f, inspector.Look(storage.Model(f))))];
    }

    /// <summary>The runs that name it, newest first.</summary>
    public async Task<IReadOnlyList<RunUse>> Uses(string reference)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        return await RunUse.Of(db, reference);
    }

    /// <summary>Registers a folder below the models folder as a student; throws <see cref="InputException"/> where it cannot be one.</summary>
    public async Task<ModelView> Register(string folder, string? name, string? notes, Caller caller)
    {
        // Only what the file system itself lists is taken, never a path that somebody wrote.
        if (!Folders().Contains(folder)) throw new InputException($"There is no folder '{folder}' directly below the models folder; put the checkpoint there first.");
        await using RilDb db = await databases.CreateDbContextAsync();
        if (await db.Models.AnyAsync(m => m.Folder == folder)) throw new InputException($"Folder '{folder}' is registered already.");
        ModelFacts facts = inspector.Look(storage.Model(folder));
        if (facts.Problem is { } problem) throw new InputException($"Folder '{folder}' cannot be a student: {problem}");
        var record = new ModelRecord
        {
            Id = Identifier.Create(), Name = GivenText.Name(name) ?? folder, Notes = GivenText.Notes(notes), OwnerId = caller.Id, CreatedAt = clock.GetUtcNow(), Folder = folder, Parameters = facts.Parameters, Bytes = facts.Bytes,
        };
        db.Add(record);
        await db.SaveChangesAsync();
        return (await Find(record.Id))!;
    }

    /// <summary>Changes name or notes; what is null stays. Null where there is no such registered student.</summary>
    public async Task<ModelView?> Describe(string id, string? name, string? notes)
    {
        await using (RilDb db = await databases.CreateDbContextAsync())
        {
            if (await db.Models.FirstOrDefaultAsync(m => m.Id == id) is not { } found) return null;
            found.Name = GivenText.Name(name) ?? found.Name;
            found.Notes = notes is null ? found.Notes : GivenText.Notes(notes);
            await db.SaveChangesAsync();
        }
        return await Find(id);
    }

    /// <summary>Takes a student off the list; its folder stays. A sentence says why not, also where there is none any more; null where it is done.</summary>
    public async Task<string?> Unregister(string id)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        if (await db.Models.FirstOrDefaultAsync(m => m.Id == id) is not { } found) return "The student is not on the list any more.";
        if (RunUse.Refusal($"Student '{found.Name}'", await RunUse.Of(db, Own + id)) is { } refusal) return refusal;
        db.Remove(found);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        return null;
    }

    private static IQueryable<Run> Finished(RilDb db) => db.Runs.Where(r => r.State == RunState.Finished || (r.State == RunState.Archived && r.StateBefore == RunState.Finished));

    private ModelView View(ModelRecord m, string? owner) =>
        new(m.Id, Own + m.Id, m.Name, m.Notes, "registered", owner, m.CreatedAt, m.Folder, m.Parameters, m.Bytes,
            Directory.Exists(storage.Model(m.Folder)) ? inspector.Look(storage.Model(m.Folder)).Problem : $"Its folder '{m.Folder}' is not below the models folder any more.");

    private ModelView Program()
    {
        ModelFacts facts = inspector.Look(Path.Combine(AppContext.BaseDirectory, "Quickstart", "Student"));
        return new(OfTheProgram, OfTheProgram, OfTheProgram, "The example's student: small, of random weights but for a vision tower that knows the pictures' classes.", "program", null, null, null, facts.Parameters, facts.Bytes, facts.Problem);
    }

    private ModelView Trained(string run, string name, DateTimeOffset? ended)
    {
        ModelFacts facts = inspector.Look(StudentOf(run));
        return new(OfARun + run, OfARun + run, $"Student of {name}", null, "run", null, ended, null, facts.Parameters, facts.Bytes, facts.Problem);
    }

    private string StudentOf(string run) => Identifier.IsValid(run) ? Path.Combine(storage.Run(run), "student") : "";

    private string[] Folders() => Directory.Exists(storage.Models) ? [.. new DirectoryInfo(storage.Models).GetDirectories().Select(d => d.Name).Where(n => !n.StartsWith('.')).Order(StringComparer.OrdinalIgnoreCase)] : [];
}
