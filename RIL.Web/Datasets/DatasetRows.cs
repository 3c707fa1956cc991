using System.Collections.Concurrent;
using RIL.Training;
using RIL.Training.Datasets;
using RIL.Training.Quickstart;
using RIL.Web.Data;

namespace RIL.Web.Datasets;

/// <summary>The rows of data sets, read as the trainer reads them and kept in memory while somebody looks at them.</summary>
public sealed class DatasetRows(Storage storage, TimeProvider clock, ILogger<DatasetRows> logger)
{
    private const int MostKept = 6;
    private readonly ConcurrentDictionary<string, Kept> _kept = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, int>> _types = new(StringComparer.Ordinal);

    private sealed class Kept(Func<IReadOnlyList<Example>> read)
    {
        public Lazy<IReadOnlyList<Example>> Rows { get; } = new(read);

        public Lazy<Dictionary<string, int>> ById { get; private set; } = null!;

        public DateTimeOffset Used { get; set; }

        public Kept Indexed()
        {
            ById = new(() => Rows.Value.Select((e, i) => (e.Id, i)).ToDictionary(p => p.Id, p => p.i, StringComparer.Ordinal));
            return this;
        }
    }

    /// <summary>All rows of <c>dataset:ID</c> or <c>quickstart:NAME</c>; throws <see cref="InputException"/> where they cannot be read.</summary>
    public IReadOnlyList<Example> Of(string reference)
    {
        try
        {
            return Find(reference).Rows.Value;
        }
        catch (InputException)
        {
            Forget(reference); // what is mended is read again
            throw;
        }
    }

    /// <summary>Where the row with this identifier stands; null where there is none.</summary>
    public int? IndexOf(string reference, string question) => Find(reference).ById.Value.TryGetValue(question, out int index) ? index : null;

    /// <summary>Some rows: of a type (empty = without one), holding a text, or all.</summary>
    public DatasetSlice Page(string reference, string? type, string? text, int offset, int limit)
    {
        IReadOnlyList<Example> all = Of(reference);
        if (type is null && string.IsNullOrWhiteSpace(text))
            return new DatasetSlice(all.Count, [.. Enumerable.Range(offset, Math.Clamp(all.Count - offset, 0, limit)).Select(i => DatasetRowView.Of(all[i], i))]);
        string? wanted = text?.Trim();
        int[] matching = [.. Enumerable.Range(0, all.Count).Where(i => Matches(all[i], type, wanted))];
        return new DatasetSlice(matching.Length, [.. matching.Skip(offset).Take(limit).Select(i => DatasetRowView.Of(all[i], i))]);
    }

    /// <summary>Rows of the program's own sets by question type; counted once.</summary>
    public IReadOnlyDictionary<string, int> Types(string reference) => _types.GetOrAdd(reference, r =>
        new SortedDictionary<string, int>(Of(r).GroupBy(e => e.QuestionType ?? DatasetCheck.NoType).ToDictionary(g => g.Key, g => g.Count()), StringComparer.Ordinal));

    /// <summary>Forgets a data set, which is deleted.</summary>
    public void Forget(string reference) => _kept.TryRemove(reference, out _);

    private Kept Find(string reference)
    {
        Kept kept = _kept.GetOrAdd(reference, r => new Kept(() => Read(r)).Indexed());
        kept.Used = clock.GetUtcNow();
        foreach (string old in _kept.OrderByDescending(k => k.Value.Used).Skip(MostKept).Select(k => k.Key)) _kept.TryRemove(old, out _);
        return kept;
    }

    private IReadOnlyList<Example> Read(string reference)
    {
        if (QuickstartData.IsReference(reference)) return QuickstartData.Load(reference);
        const string Own = "dataset:";
        string id = reference.StartsWith(Own, StringComparison.Ordinal) ? reference[Own.Length..] : "";
        if (!Identifier.IsValid(id)) throw new InputException($"'{reference}' is no data set; expected dataset:ID or quickstart:NAME.");
        try
        {
            return Dataset.Read(storage.DatasetRows(id)).Examples;
        }
        catch (InputException e)
        {
            // The reason names the file; where that lies on the server is nobody's business.
            logger.LogWarning(e, "The rows of data set {Reference} cannot be read.", reference);
            throw new InputException($"The rows of data set '{reference}' cannot be read on the server; an administrator finds the reason in the site's log. Restore them from a backup, or delete the data set and upload it again.", e);
        }
    }

    private static bool Matches(Example example, string? type, string? text) =>
        (type is null || (example.QuestionType ?? DatasetCheck.NoType) == type)
        && (string.IsNullOrEmpty(text) || example.Id == text || example.Answer.Contains(text, StringComparison.OrdinalIgnoreCase)
            || example.Prompt.Any(m => m.Content.Any(p => p.Text?.Contains(text, StringComparison.OrdinalIgnoreCase) == true)));
}
