using Microsoft.EntityFrameworkCore;
using RIL.Training;
using RIL.Training.Teachers;
using RIL.Web.Accounts;
using RIL.Web.Data;
using RIL.Web.Datasets;
using RIL.Web.Runs;

namespace RIL.Web.Teachers;

/// <summary>Teachers: the two that come with the program and those that people brought. Pages and endpoints call the same methods.</summary>
public sealed class TeacherService(IDbContextFactory<RilDb> databases, Storage storage, DatasetRows rows, TeacherAnswers answers, TimeProvider clock)
{
    private static readonly (string Name, string Notes)[] BuiltIn =
    [
        ("A", "Explains when it is asked about clothes, gives the bare result when it is asked about digits."),
        ("B", "Explains when it is asked about digits, gives the bare result when it is asked about clothes."),
    ];

    /// <summary>Those of people, newest first, then those of the program; all, or those that answer a data set's questions.</summary>
    public async Task<IReadOnlyList<TeacherView>> List(string? dataset = null)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        Dictionary<string, string?> names = await db.Users.ToDictionaryAsync(u => u.Id, u => u.UserName);
        Dictionary<string, int> sizes = await db.Datasets.ToDictionaryAsync(d => DatasetView.ReferenceOf(d.Id), d => d.Rows);
        List<TeacherRecord> own = await db.Teachers.AsNoTracking().OrderByDescending(t => t.CreatedAt).ToListAsync();
        IEnumerable<TeacherView> all = [.. own.Select(t => View(t, t.OwnerId is { } owner ? names.GetValueOrDefault(owner) : null, Questions(t.Dataset, sizes))), .. BuiltIn.Select(b => View(b.Name, b.Notes))];
        return [.. all.Where(t => dataset is null || t.Dataset == dataset)];
    }

    /// <summary>A teacher by identifier or reference; null where there is none.</summary>
    public async Task<TeacherView?> Find(string id) =>
        (await List()).FirstOrDefault(t => t.Id == id || t.Reference == id);

    /// <summary>The runs that name it, newest first.</summary>
    public async Task<IReadOnlyList<RunUse>> Uses(string reference)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        return await RunUse.Of(db, reference);
    }

    /// <summary>Changes name or notes; what is null stays. Null where there is no such teacher of a person. Throws <see cref="InputException"/> for a name that metrics cannot carry.</summary>
    public async Task<TeacherView?> Describe(string id, string? name, string? notes)
    {
        await using (RilDb db = await databases.CreateDbContextAsync())
        {
            if (await db.Teachers.FirstOrDefaultAsync(t => t.Id == id) is not { } found) return null;
            found.Name = name is null ? found.Name : Name(name);
            found.Notes = notes is null ? found.Notes : GivenText.Notes(notes);
            await db.SaveChangesAsync();
        }
        return await Find(id);
    }

    /// <summary>Deletes the answers for good. A sentence says why not, also where there is none any more; null where it is done.</summary>
    public async Task<string?> Delete(string id)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        if (await db.Teachers.FirstOrDefaultAsync(t => t.Id == id) is not { } found) return "The teacher does not exist any more.";
        if (RunUse.Refusal($"Teacher '{found.Name}'", await RunUse.Of(db, Reference(id))) is { } refusal) return refusal;
        db.Remove(found);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        answers.Forget(Reference(id));
        if (Directory.Exists(storage.Teacher(id))) Directory.Delete(storage.Teacher(id), recursive: true);
        return null;
    }

    /// <summary>A name that may become part of metric names; throws <see cref="InputException"/> for others.</summary>
    public static string Name(string text)
    {
        string name = text.Trim();
        bool fits = name.Length is > 0 and <= 60 && name != "student" && !name.Any(c => c is '/' or '\\' || char.IsControl(c));
        return fits ? name : throw new InputException($"A teacher cannot be called '{name[..Math.Min(name.Length, 60)]}'; expected 1 to 60 characters without slashes, other than student, because the name becomes part of metric names.");
    }

    /// <summary>Takes a checked folder in: it moves to its place, and the record is made; both or none.</summary>
    internal async Task<TeacherView> Keep(string folder, string name, string? notes, string dataset, string hash, KeptAnswers kept, Caller caller)
    {
        string id = Identifier.Create();
        var record = new TeacherRecord
        {
            Id = id, Name = name, Notes = GivenText.Notes(notes), OwnerId = caller.Id, CreatedAt = clock.GetUtcNow(), Dataset = dataset, Answers = kept.Count,
            Questions = rows.Of(dataset).Count(e => kept.Of(name, e.Id).Count > 0), Bytes = FolderSize.Of(folder), Hash = hash,
        };
        Directory.Move(folder, storage.Teacher(id));
        try
        {
            await using RilDb db = await databases.CreateDbContextAsync();
            db.Add(record);
            await db.SaveChangesAsync();
        }
        catch
        {
            Directory.Delete(storage.Teacher(id), recursive: true);
            throw;
        }
        return (await Find(id))!;
    }

    private static TeacherView View(TeacherRecord t, string? owner, int questions) =>
        new(t.Id, Reference(t.Id), null, t.Name, t.Notes, BuiltIn: false, owner, t.CreatedAt, t.Dataset, t.Answers, t.Questions, Math.Max(0, questions - t.Questions), t.Bytes, t.Hash);

    private TeacherView View(string name, string notes)
    {
        const string Dataset = "quickstart:rl";
        string reference = $"quickstart:Teachers/answers-{name}.jsonl.gz";
        KeptAnswers kept = answers.Of(reference, name);
        int unanswered = kept.Missing(rows.Of(Dataset), name).Count;
        return new TeacherView(
            $"quickstart:{name}", reference, $"quickstart:Teachers/{name}", name, notes, BuiltIn: true, null, null, Dataset, kept.Count, rows.Of(Dataset).Count - unanswered, unanswered,
            new FileInfo(answers.File(reference)).Length, null);
    }

    private int Questions(string dataset, Dictionary<string, int> sizes) => sizes.TryGetValue(dataset, out int own) ? own : dataset.StartsWith("quickstart:", StringComparison.Ordinal) ? rows.Types(dataset).Values.Sum() : 0;

    private static string Reference(string id) => "teacher:" + id;
}
