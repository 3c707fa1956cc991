using Microsoft.EntityFrameworkCore;
using RIL.Training;
using RIL.Web.Data;
using RIL.Web.Operations;
using RIL.Web.Runs.Live;

namespace RIL.Web.Runs.Jobs;

/// <summary>A run that waits.</summary>
/// <param name="Id">The run.</param>
/// <param name="Name">Its name.</param>
/// <param name="Color">Its colour.</param>
/// <param name="Priority">-1 low, 0 normal, 1 high.</param>
/// <param name="QueuedAt">Since when.</param>
/// <param name="Waits">What it waits for, in a sentence.</param>
public sealed record WaitingRun(string Id, string Name, int Color, int Priority, DateTimeOffset? QueuedAt, string Waits);

/// <summary>The order in which queued runs get slots.</summary>
public sealed class QueueService(IDbContextFactory<RilDb> databases, Slots slots, RunQueue queue, RunFeed feed)
{
    /// <summary>Runs that wait, in order.</summary>
    public async Task<IReadOnlyList<WaitingRun>> List()
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        List<Run> waiting = await Waiting(db).AsNoTracking().ToListAsync();
        List<string> working = await db.Runs.Where(r => r.State == RunState.Starting || r.State == RunState.Running || r.State == RunState.Pausing || r.State == RunState.Stopping).OrderBy(r => r.StartedAt).Select(r => r.Name).ToListAsync();
        int all = await slots.Count();
        return [.. waiting.Select((run, place) => new WaitingRun(run.Id, run.Name, run.Color, run.Priority, run.QueuedAt, Sentence(place, working, all)))];
    }

    /// <summary>What a run waits for; null where it does not wait.</summary>
    public async Task<string?> Waits(string runId) => (await List()).FirstOrDefault(w => w.Id == runId)?.Waits;

    /// <summary>Puts a run before another one, or at the end where <paramref name="before"/> is null; its priority changes only as far as the place asks for it. Throws <see cref="InputException"/> where one of them does not wait.</summary>
    public async Task Move(string runId, string? before)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        List<Run> waiting = await Waiting(db).ToListAsync();
        Run moved = waiting.Find(r => r.Id == runId) ?? throw new InputException("The run does not wait any more; look at the queue again.");
        waiting.Remove(moved);
        int at = before is null ? waiting.Count : waiting.FindIndex(r => r.Id == before);
        if (at < 0) throw new InputException("The other run does not wait any more; look at the queue again.");
        Run? left = at > 0 ? waiting[at - 1] : null, right = at < waiting.Count ? waiting[at] : null;
        moved.Priority = Math.Clamp(moved.Priority, right?.Priority ?? -1, left?.Priority ?? 1);
        if (left?.Priority != moved.Priority) left = null;
        if (right?.Priority != moved.Priority) right = null;
        moved.QueueOrder = (left, right) switch
        {
            (null, null) => moved.QueueOrder,
            (null, _) => right.QueueOrder - 1000,
            (_, null) => left.QueueOrder + 1000,
            _ => (left.QueueOrder + right.QueueOrder) / 2,
        };
        await Save(db, moved);
    }

    /// <summary>Changes the priority of a waiting run: -1 low, 0 normal, 1 high.</summary>
    public async Task SetPriority(string runId, int priority)
    {
        if (priority is < -1 or > 1) throw new InputException($"priority is {priority}; expected -1 (low), 0 (normal) or 1 (high).");
        await using RilDb db = await databases.CreateDbContextAsync();
        Run run = await db.Runs.FirstOrDefaultAsync(r => r.Id == runId) ?? throw new InputException($"There is no run '{runId}'.");
        run.Priority = priority;
        await Save(db, run);
    }

    private static IOrderedQueryable<Run> Waiting(RilDb db) => db.Runs.Where(r => r.State == RunState.Queued).OrderByDescending(r => r.Priority).ThenBy(r => r.QueueOrder);

    private static string Sentence(int place, List<string> working, int slots)
    {
        string ahead = place switch { 0 => "", 1 => "; one run is before it", _ => $"; {place} runs are before it" };
        return working.Count < slots ? "Starts in a moment" + ahead + "." : $"Waits for a slot: {working.Count} of {slots} used by {string.Join(", ", working.Take(2))}{(working.Count > 2 ? " and others" : "")}{ahead}.";
    }

    private async Task Save(RilDb db, Run run)
    {
        run.Version++;
        await db.SaveChangesAsync();
        feed.Publish(RunUpdate.Of(run));
        queue.Wake(run.Id);
    }
}
