using Microsoft.EntityFrameworkCore;
using RIL.Training.Configuration;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Operations;
using RIL.Web.Runs;
using RIL.Web.Runs.Jobs;
using RIL.Web.Runs.Pages;

namespace RIL.Web.Home;

/// <summary>A run that ended well, with what it came to.</summary>
/// <param name="Id">The run.</param>
/// <param name="Name">Its name.</param>
/// <param name="Color">Its colour.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="WorkedSeconds">Seconds of training.</param>
/// <param name="Before">Accuracy of the student before any training, where it was measured.</param>
/// <param name="Sft">The same after supervised fine-tuning.</param>
/// <param name="After">The same at the end, where it trained beyond that.</param>
public sealed record HomeResult(string Id, string Name, int Color, DateTimeOffset? EndedAt, double WorkedSeconds, double? Before, double? Sft, double? After)
{
    /// <summary>What the last stage added; null where there is nothing to compare with.</summary>
    public double? Gain => (After is not null ? After - (Sft ?? Before) : Sft - Before) is { } gain ? gain : null;

    /// <summary>A run's result.</summary>
    public static HomeResult Of(Run run)
    {
        IReadOnlyList<ModelAccuracy> models = RunDocuments.Summary(run)?.Evaluations ?? [];
        return new HomeResult(run.Id, run.Name, run.Color, run.EndedAt, run.WorkedSeconds, Find("before"), Find("sft"),
            models.LastOrDefault(m => PolicyNames.Contains(m.Model))?.Accuracy);

        double? Find(string model) => models.FirstOrDefault(m => m.Model == model)?.Accuracy;
    }
}

/// <summary>Something that waits for a person.</summary>
/// <param name="RunId">The run; null where it is the machine's or the site's.</param>
/// <param name="Title">What.</param>
/// <param name="Color">The run's colour.</param>
/// <param name="State">The run's state.</param>
/// <param name="Sentence">Why, and what to do.</param>
/// <param name="Since">Since when.</param>
public sealed record HomeTrouble(string? RunId, string Title, int Color, RunState State, string Sentence, DateTimeOffset? Since);

/// <summary>What home shows at a moment.</summary>
/// <param name="Runs">Runs there are in all, but for those in the trash.</param>
/// <param name="Working">Runs at work, the longest first.</param>
/// <param name="Queue">Runs that wait, in order.</param>
/// <param name="Results">What came out last.</param>
/// <param name="Troubles">What needs somebody.</param>
/// <param name="Slots">How many runs train at once.</param>
public sealed record HomeReading(int Runs, IReadOnlyList<Run> Working, IReadOnlyList<WaitingRun> Queue, IReadOnlyList<HomeResult> Results, IReadOnlyList<HomeTrouble> Troubles, int Slots);

/// <summary>Reads what home shows; every part is a small query on an index, however many runs there are.</summary>
public sealed class HomeReader(IDbContextFactory<RilDb> databases, QueueService queue, RunMetrics metrics, Slots slots, SiteHealth health)
{
    private const int MostResults = 8, MostTroubles = 5;

    /// <summary>How it is now.</summary>
    public async Task<HomeReading> Read()
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        List<Run> working = await db.Runs.AsNoTracking().Where(r => RunTransitions.Active.Contains(r.State)).OrderBy(r => r.StartedAt).ToListAsync();
        List<Run> finished = await db.Runs.AsNoTracking().Where(r => r.State == RunState.Finished).OrderByDescending(r => r.EndedAt).Take(MostResults).ToListAsync();
        List<Run> failed = await db.Runs.AsNoTracking().Where(r => r.State == RunState.Failed).OrderByDescending(r => r.EndedAt).Take(MostTroubles).ToListAsync();
        int all = await db.Runs.CountAsync(r => r.State != RunState.Deleted);
        HomeTrouble[] troubles =
        [
            .. (await health.Look()).Where(p => !p.Healthy).Select(p => new HomeTrouble(null, char.ToUpperInvariant(p.Name[0]) + p.Name[1..], 0, RunState.Failed, p.Sentence, null)),
            .. failed.Select(r => new HomeTrouble(r.Id, r.Name, r.Color, r.State, r.Reason ?? "Its log says more.", r.EndedAt)),
        ];
        return new HomeReading(all, working, await queue.List(), [.. finished.Select(HomeResult.Of)], troubles, await slots.Count());
    }

    /// <summary>A run at work with its newest values.</summary>
    public async Task<LiveRun> Live(Run run) => new(run, await metrics.Recent(run.Id, [.. LiveRun.Metrics], LiveRun.Kept));
}
