using System.Collections.Concurrent;
using RIL.Training;
using RIL.Training.Teachers;
using RIL.Web.Data;

namespace RIL.Web.Teachers;

/// <summary>Kept answers, read as the trainer reads them and kept in memory while somebody looks at them.</summary>
public sealed class TeacherAnswers(Storage storage, TimeProvider clock, ILogger<TeacherAnswers> logger)
{
    private const int MostKept = 6;
    private readonly ConcurrentDictionary<string, (Lazy<KeptAnswers> Answers, DateTimeOffset Used)> _kept = new(StringComparer.Ordinal);

    /// <summary>The answers of a teacher under its name; throws <see cref="InputException"/> where they cannot be read.</summary>
    public KeptAnswers Of(string reference, string name)
    {
        string key = $"{reference}\n{name}";
        (Lazy<KeptAnswers> answers, _) = _kept.AddOrUpdate(key, _ => (new Lazy<KeptAnswers>(() => KeptAnswers.Load(File(reference), name)), clock.GetUtcNow()), (_, old) => (old.Answers, clock.GetUtcNow()));
        foreach (string old in _kept.OrderByDescending(k => k.Value.Used).Skip(MostKept).Select(k => k.Key)) _kept.TryRemove(old, out _);
        try
        {
            return answers.Value;
        }
        catch (InputException e)
        {
            // The reason names the file; where that lies on the server is nobody's business.
            logger.LogWarning(e, "The answers of teacher {Reference} cannot be read.", reference);
            Forget(reference);
            throw new InputException($"The answers of teacher '{name}' ({reference}) cannot be read on the server; an administrator finds the reason in the site's log. Restore them from a backup, or delete the teacher and upload it again.", e);
        }
    }

    /// <summary>Forgets a teacher, which is deleted or has another name.</summary>
    public void Forget(string reference)
    {
        foreach (string key in _kept.Keys.Where(k => k.StartsWith(reference + "\n", StringComparison.Ordinal))) _kept.TryRemove(key, out _);
    }

    /// <summary>The file that a reference means.</summary>
    public string File(string reference)
    {
        const string Own = "teacher:", Program = "quickstart:";
        if (reference.StartsWith(Program, StringComparison.Ordinal)) return Path.Combine(AppContext.BaseDirectory, "Quickstart", reference[Program.Length..]);
        return storage.TeacherAnswers(reference[Own.Length..]);
    }
}
