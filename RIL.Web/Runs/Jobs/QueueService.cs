using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
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

/// <summary>Where a waiting run shall stand; what is null stays.</summary>
/// <param name="Before">The waiting run to stand before; empty = last.</param>
/// <param name="Priority">-1 low, 0 normal, 1 high.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record QueuePlace(string? Before = null, [property: Range(-1, 1)] int? Priority = null);

/// <summary>The order in which queued runs get slots.</summary>
public sealed class QueueService(IDbContextFactory<RilDb> databases, Slots slots, RunQueue queue, RunFeed feed)
{
    private const double Apart = 1000;

    /// <summary>Runs that wait, in order.</summary>
    public async Task<IReadOnlyList<WaitingRun>> List()
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        List<Run> waiting = await Waiting(db).AsNoTracking().ToListAsync();
        List<string> working = await db.Runs.Where(r => RunTransitions.Active.Contains(r.State)).OrderBy(r => r.StartedAt).Select(r => r.Name).ToListAsync();
        int all = await slots.Count();
        return [.. waiting.Select((run, place) => new WaitingRun(run.Id, run.Name, run.Color, run.Priority, run.QueuedAt, Sentence(place, working, all)))];
    }

    /// <summary>What a run waits for; null where it does not wait.</summary>
    public async Task<string?> Waits(string runId) => (await List()).FirstOrDefault(w => w.Id == runId)?.Waits;

    /// <summary>Puts a run before another one, or at the end where <paramref name="before"/> is null; its priority changes only as far as the place asks for it. Throws <see cref="InputException"/> where one of them does not wait.</summary>
    public Task Move(string runId, string? before) => Steer(runId, new QueuePlace(Before: before ?? ""));

    /// <summary>Changes the priority of a waiting run: -1 low, 0 normal, 1 high. Throws <see cref="InputException"/> where it does not wait.</summary>
    public Task SetPriority(string runId, int priority) => Steer(runId, new QueuePlace(Priority: priority));

    /// <summary>Gives a waiting run its place, all of it or nothing; says why not, where it cannot. Null where there is no such run.</summary>
    public async Task<RunOutcome?> Place(string runId, QueuePlace place)
    {
        if (place.Priority is < -1 or > 1) throw new InputException($"priority is {place.Priority}; expected -1 (low), 0 (normal) or 1 (high).");
        List<Run> changed = [];
        RunOutcome? outcome = await databases.Retry(async db =>
        {
            changed.Clear();
            List<Run> waiting = await Waiting(db).ToListAsync();
            if (waiting.Find(r => r.Id == runId) is not { } run)
                return await db.Runs.AnyAsync(r => r.Id == runId) ? new RunOutcome(null, "The run does not wait any more; look at the queue again.") : null;
            if (place.Before is { Length: > 0 } before && (before == runId || waiting.TrueForAll(r => r.Id != before)))
                return new RunOutcome(null, "The other run does not wait any more; look at the queue again.");
            run.Priority = place.Priority ?? run.Priority;
            if (place.Before is not null) Put(run, place.Before, [.. waiting.Where(r => r != run)]);
            changed.AddRange(waiting.Where(r => db.Entry(r).State == EntityState.Modified));
            foreach (Run other in changed) other.Version++;
            return new RunOutcome(run, null);
        });
        foreach (Run run in changed)
        {
            feed.Publish(RunUpdate.Of(run));
            queue.Wake(run.Id);
        }
        return outcome;
    }

    internal static IOrderedQueryable<Run> Waiting(RilDb db) => db.Runs.Where(r => r.State == RunState.Queued).OrderByDescending(r => r.Priority).ThenBy(r => r.QueueOrder).ThenBy(r => r.Id);

    private async Task Steer(string runId, QueuePlace place)
    {
        RunOutcome? outcome = await Place(runId, place);
        if (outcome?.Run is null) throw new InputException(outcome?.Refusal ?? "The run does not wait any more; look at the queue again.");
    }

    private static void Put(Run moved, string before, List<Run> others)
    {
        int at = before.Length == 0 ? others.Count : others.FindIndex(r => r.Id == before);
        Run? left = at > 0 ? others[at - 1] : null, right = at < others.Count ? others[at] : null;
        moved.Priority = Math.Clamp(moved.Priority, right?.Priority ?? -1, left?.Priority ?? 1);
        if (left?.Priority != moved.Priority) left = null;
        if (right?.Priority != moved.Priority) right = null;
        moved.QueueOrder = (left, right) switch
        {
            (null, null) => moved.QueueOrder,
            (null, _) => right.QueueOrder - Apart,
            (_, null) => left.QueueOrder + Apart,
            _ => (left.QueueOrder + right.QueueOrder) / 2,
        };
        if ((left is null || left.QueueOrder < moved.QueueOrder) && (right is null || moved.QueueOrder < right.QueueOrder)) return;
        // There is no number left between the two. The last one keeps its own, so that runs to come still stand behind it.
        Run[] peers = [.. others.Take(at).Append(moved).Concat(others.Skip(at)).Where(r => r.Priority == moved.Priority)];
        for (int i = 0; i < peers.Length; i++) peers[i].QueueOrder = peers[^1].QueueOrder - (peers.Length - 1 - i) * Apart;
    }

    private static string Sentence(int place, List<string> working, int slots)
    {
        string ahead = place switch { 0 => "", 1 => "; one run is before it", _ => $"; {place} runs are before it" };
        return working.Count < slots ? "Starts in a moment" + ahead + "." : $"Waits for a slot: {working.Count} of {slots} used by {string.Join(", ", working.Take(2))}{(working.Count > 2 ? " and others" : "")}{ahead}.";
    }
}
