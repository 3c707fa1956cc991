using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using RIL.Training;
using RIL.Training.Configuration;
using RIL.Web.Accounts;
using RIL.Web.Data;
using RIL.Web.Runs.Live;

namespace RIL.Web.Runs;

/// <summary>What a person gives for a new run.</summary>
/// <param name="Name">Its name; null = made from the configuration.</param>
/// <param name="Config">Settings that differ from the defaults, by TRL's names.</param>
/// <param name="Tags">Tags.</param>
/// <param name="Notes">Notes.</param>
/// <param name="ParentId">The run it was cloned from.</param>
/// <param name="Start">Whether it enters the queue at once.</param>
public sealed record NewRun(string? Name, JsonObject Config, IReadOnlyList<string>? Tags = null, string? Notes = null, string? ParentId = null, bool Start = true);

/// <summary>How an action on a run ended: the run, or a refusal.</summary>
/// <param name="Run">The run after the action; the new one for a clone.</param>
/// <param name="Refusal">Why not.</param>
public sealed record RunOutcome(Run? Run, string? Refusal);

/// <summary>Creates and steers runs; pages and endpoints call the same methods.</summary>
public sealed class RunService(IDbContextFactory<RilDb> databases, RunConfigs configs, RunFeed feed, RunQueue queue, TimeProvider clock)
{
    private const int SqliteConstraint = 19;
    private static readonly TimeSpan KeysKept = TimeSpan.FromDays(7);

    /// <summary>A run by its identifier, with tags; null where there is none.</summary>
    public async Task<Run?> Find(string id)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        return await db.Runs.AsNoTracking().Include(r => r.Tags).FirstOrDefaultAsync(r => r.Id == id);
    }

    /// <summary>Creates a run, in the queue or as a draft. Throws <see cref="InputException"/>, one sentence a line, where the configuration cannot be used.</summary>
    public async Task<Run> Create(NewRun wish, Caller caller)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        Run run = await Add(db, wish, caller);
        await db.SaveChangesAsync();
        Tell(run);
        return run;
    }

    /// <summary>The same, once for a key: a repetition within a week gives the run of the first time. Throws <see cref="InputException"/> where the key was used for another body.</summary>
    public async Task<(Run Run, bool Repeated)> CreateOnce(NewRun wish, Caller caller, string key, string bodyHash)
    {
        string user = caller.Id ?? "";
        for (int attempt = 0; ; attempt++)
        {
            await using RilDb db = await databases.CreateDbContextAsync();
            if (await db.IdempotentRequests.FindAsync(user, key) is { } before)
            {
                if (before.BodyHash != bodyHash) throw new InputException($"Idempotency-Key '{key}' was used for another request; use a new key for a new run.");
                return (await Find(before.RunId) ?? throw new InputException($"The run that Idempotency-Key '{key}' created has been purged; use a new key."), true);
            }
            Run run = await Add(db, wish, caller);
            db.Add(new IdempotentRequest { UserId = user, Key = key, BodyHash = bodyHash, RunId = run.Id, CreatedAt = run.CreatedAt });
            DateTimeOffset old = run.CreatedAt - KeysKept;
            await db.IdempotentRequests.Where(r => r.CreatedAt < old).ExecuteDeleteAsync();
            try
            {
                await db.SaveChangesAsync();
            }
            catch (DbUpdateException e) when (attempt == 0 && e.InnerException is SqliteException { SqliteErrorCode: SqliteConstraint })
            {
                continue; // the same request won a race with itself
            }
            Tell(run);
            return (run, false);
        }
    }

    /// <summary>Does what a person asks of a run, or says why not. Null where there is no such run.</summary>
    public async Task<RunOutcome?> Act(string id, RunAction action, Caller caller)
    {
        RunOutcome? outcome = await databases.Retry(async db =>
        {
            if (await db.Runs.Include(r => r.Tags).FirstOrDefaultAsync(r => r.Id == id) is not { } found) return null;
            (RunState? next, string? refusal) = RunTransitions.Of(found.State, action, found.CameFrom);
            if (next is null) return new RunOutcome(null, refusal);
            if (action != RunAction.Clone) Enter(found, action, next.Value);
            return new RunOutcome(found, null);
        });
        if (outcome?.Run is not { } run) return outcome;
        if (action == RunAction.Clone)
        {
            var wish = new NewRun(RunText.CopyOf(run.Name), JsonNode.Parse(run.Config)!.AsObject(), [.. run.Tags.Select(t => t.Tag)], run.Notes, run.Id, Start: false);
            return new RunOutcome(await Create(wish, caller), null);
        }
        Tell(run);
        return outcome;
    }

    /// <summary>Changes name, notes or tags; what is null stays. Null where there is no such run. Throws <see cref="DbUpdateConcurrencyException"/> where it is not in the named version any more.</summary>
    public async Task<Run?> Describe(string id, string? name, string? notes, IReadOnlyList<string>? tags, long? version = null)
    {
        bool stale = false;
        Run? described = await Change(id, run =>
        {
            if (stale = version is { } read && run.Version != read) return;
            run.Name = GivenText.Name(name) ?? run.Name;
            run.Notes = notes is null ? run.Notes : GivenText.Notes(notes);
            if (tags is not null) Tag(run, tags);
        });
        return stale ? throw new DbUpdateConcurrencyException("Somebody else has changed the run since.") : described;
    }

    /// <summary>Adds some tags and takes others away; those that somebody else gives it at the same moment stay. Null where there is no such run.</summary>
    public Task<Run?> Retag(string id, IReadOnlyList<string> add, IReadOnlyList<string> remove) =>
        Change(id, run => Tag(run, run.Tags.Select(t => t.Tag).Except(remove).Concat(add)));

    /// <summary>Changes a draft's settings and text, and starts it where that is wished; refused with a sentence once it has been started. Null where there is no such run. Throws <see cref="InputException"/> where the configuration cannot be used.</summary>
    public async Task<RunOutcome?> UpdateDraft(string id, NewRun wish, Caller caller)
    {
        RunConfig config = configs.Checked(wish.Config);
        bool started = false;
        Run? changed = await Change(id, run =>
        {
            if (started = run.State != RunState.Draft) return;
            run.Config = RunConfigDocument.Write(config).ToJsonString();
            run.Name = GivenText.Name(wish.Name) ?? RunText.NameOf(config);
            run.Notes = GivenText.Notes(wish.Notes);
            Tag(run, wish.Tags);
        });
        if (changed is null) return null;
        if (started) return new RunOutcome(null, "It is no draft any more, and what a run trained with stays as it was; clone it.");
        return wish.Start ? await Act(id, RunAction.Start, caller) : new RunOutcome(await Find(id), null);
    }

    private async Task<Run?> Change(string id, Action<Run> change)
    {
        Run? changed = await databases.Retry(async db =>
        {
            if (await db.Runs.Include(r => r.Tags).FirstOrDefaultAsync(r => r.Id == id) is not { } run) return null;
            change(run);
            if (db.ChangeTracker.HasChanges()) run.Version++;
            return run;
        });
        if (changed is not null) Tell(changed);
        return changed;
    }

    private static void Tag(Run run, IEnumerable<string>? tags)
    {
        IReadOnlyList<string> wanted = RunText.Tags(tags);
        run.Tags.RemoveAll(t => !wanted.Contains(t.Tag));
        run.Tags.AddRange(wanted.Except(run.Tags.Select(t => t.Tag)).Select(tag => new RunTag { RunId = run.Id, Tag = tag }));
    }

    private async Task<Run> Add(RilDb db, NewRun wish, Caller caller)
    {
        if (wish.ParentId is { } parent && !await db.Runs.AnyAsync(r => r.Id == parent)) throw new InputException($"parent_id: there is no run '{parent}'.");
        RunConfig config = configs.Checked(wish.Config);
        DateTimeOffset now = clock.GetUtcNow();
        var run = new Run
        {
            Id = Identifier.Create(),
            Name = GivenText.Name(wish.Name) ?? RunText.NameOf(config),
            Config = RunConfigDocument.Write(config).ToJsonString(),
            Notes = GivenText.Notes(wish.Notes),
            OwnerId = caller.Id,
            ParentId = wish.ParentId,
            CreatedAt = now,
            State = wish.Start ? RunState.Queued : RunState.Draft,
            QueuedAt = wish.Start ? now : null,
            QueueOrder = now.ToUnixTimeMilliseconds(),
            Color = await db.Runs.CountAsync(),
        };
        run.Tags.AddRange(RunText.Tags(wish.Tags).Select(tag => new RunTag { RunId = run.Id, Tag = tag }));
        db.Add(run);
        return run;
    }

    private void Enter(Run run, RunAction action, RunState next)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (action is RunAction.Archive || (action is RunAction.Delete && run.State != RunState.Archived)) run.StateBefore = run.State;
        if (action == RunAction.Archive) run.ArchivedAt = now;
        // From the trash back into the archive, it still is to come back from there.
        if (action == RunAction.Restore && next != RunState.Archived) (run.StateBefore, run.ArchivedAt) = (null, null);
        run.DeletedAt = next == RunState.Deleted ? now : null;
        if (next == RunState.Queued) (run.QueuedAt, run.QueueOrder, run.EndedAt) = (now, now.ToUnixTimeMilliseconds(), null);
        if (action == RunAction.Stop && next == RunState.Cancelled) run.EndedAt = now;
        if (action != RunAction.Restore && action != RunAction.Archive && action != RunAction.Delete) run.Reason = null;
        run.State = next;
        run.Version++;
    }

    private void Tell(Run run)
    {
        feed.Publish(RunUpdate.Of(run));
        queue.Wake(run.Id);
    }
}
