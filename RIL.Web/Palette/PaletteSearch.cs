using RIL.Web.Accounts;
using RIL.Web.Controls;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Query;

namespace RIL.Web.Palette;

/// <summary>Goes from a few typed letters to runs, pages and actions that the person may use.</summary>
public sealed class PaletteSearch(RunFinder finder, RunService runs, TimeProvider clock)
{
    private const string Runs = "Runs";
    private const int MostRuns = 12, NewestRuns = 6, MostOfThisRun = 4;

    /// <summary>What fits.</summary>
    /// <param name="text">What was typed; empty = what is likely wanted.</param>
    /// <param name="at">Path of the page that is open.</param>
    /// <param name="caller">Who asks.</param>
    public async Task<PaletteAnswer> Find(string? text, string? at, Caller caller)
    {
        string[] words = (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Run? here = RunOf(at) is { } id ? await runs.Find(id) : null;
        IEnumerable<PaletteItem> ofRun = here is null ? [] : PalettePlaces.Of(here, caller.Role);
        IEnumerable<PaletteItem> places = PalettePlaces.For(caller.Role);
        PaletteItem[] found = [.. finder.Find(text, words.Length == 0 ? NewestRuns : MostRuns).Where(r => words.Length > 0 || r.Id != here?.Id).Select(Item)];
        if (words.Length == 0) return new PaletteAnswer([.. ofRun.Take(MostOfThisRun), .. found, .. places.GroupBy(p => p.Group).OrderBy(g => g.Key != PalettePlaces.Pages).SelectMany(g => g)]);

        (PaletteItem Item, int Score)[] rated = [.. ofRun.Concat(places).Select(item => (item, Score(item, words))).Where(r => r.Item2 > 0)];
        // Runs fit by what the database was asked; how well, their name says.
        IEnumerable<(PaletteItem Item, int Score)> all = rated.OrderByDescending(r => r.Score).Concat(found.Select(item => (item, Math.Max(1, Score(item, words)))));
        return new PaletteAnswer([.. all.GroupBy(r => r.Item.Group).OrderByDescending(g => g.Max(r => r.Score)).SelectMany(g => g).Select(r => r.Item)]);
    }

    /// <summary>How well an item fits: 0 where a word occurs nowhere in it; more where titles and words begin so.</summary>
    internal static int Score(PaletteItem item, IReadOnlyList<string> words)
    {
        if (item.Title.StartsWith(string.Join(' ', words), StringComparison.OrdinalIgnoreCase)) return 10;
        int least = int.MaxValue;
        foreach (string word in words)
        {
            int score = Begins(item.Title, word) ? 6 : item.Title.Contains(word, StringComparison.OrdinalIgnoreCase) ? 4 : Begins(item.Words, word) ? 2 : 0;
            least = Math.Min(least, score);
        }
        return least;
    }

    private static bool Begins(string text, string word) => text.Split(' ', ':', '-').Any(t => t.StartsWith(word, StringComparison.OrdinalIgnoreCase));

    private static string? RunOf(string? path) => path?.Split('/') is ["", "runs", { } id] && Identifier.IsValid(id) ? id : null;

    private PaletteItem Item(FoundRun run) => new(
        Runs, run.Name, run.Tags.Length > 0 ? $"{run.Tags} · {Say.Ago(run.CreatedAt, clock.GetUtcNow())}" : Say.Ago(run.CreatedAt, clock.GetUtcNow()), null, $"/runs/{run.Id}",
        Color: SeriesColors.Css(run.Color), State: run.State.ToString().ToLowerInvariant()) { Words = $"{run.Id} {run.Tags}" };
}
