using Microsoft.EntityFrameworkCore;
using RIL.Web.Accounts;
using RIL.Web.Data;
using RIL.Web.Runs.Live;

namespace RIL.Web.Runs.Checkpoints;

/// <summary>How a wish about a checkpoint ended: the checkpoint as it is now (for a deletion: as it was), or why not.</summary>
/// <param name="Checkpoint">The checkpoint; null where there is none of that name or the wish was refused.</param>
/// <param name="Refusal">Why not.</param>
public sealed record CheckpointOutcome(CheckpointInfo? Checkpoint, string? Refusal = null);

/// <summary>Lists, keeps and deletes checkpoints; the disk is the truth.</summary>
public sealed class CheckpointService(Storage storage, IDbContextFactory<RilDb> databases, RunFeed feed)
{
    /// <summary>The trained student where there is one, then the checkpoints, newest first.</summary>
    public IReadOnlyList<CheckpointInfo> List(string runId) => Folders(runId).List();

    /// <summary>Where the files of a checkpoint lie; null where there is none of that name.</summary>
    public string? Folder(string runId, string name) => Folders(runId).Folder(name);

    /// <summary>A checkpoint with the hashes of those files that nobody listed, computed now; null where it does not exist.</summary>
    public Task<CheckpointInfo?> Hashed(string runId, string name) => Task.Run(() => Folders(runId).Hashed(name));

    /// <summary>Protects a checkpoint from the trainer's pruning, or gives it free again.</summary>
    public async Task<CheckpointOutcome> Keep(Run run, string name, bool keep, Caller caller)
    {
        if (RefusalByRole(caller) is { } forbidden) return new CheckpointOutcome(null, forbidden);
        CheckpointFolders folders = Folders(run.Id);
        if (folders.Find(name) is not { } checkpoint) return new CheckpointOutcome(null);
        if (checkpoint.Step is not { } step) return new CheckpointOutcome(null, "The trained student is never pruned; there is nothing to protect it from.");
        try
        {
            if (keep) folders.Keep(name);
            else folders.Release(name);
        }
        catch (DirectoryNotFoundException)
        {
            return new CheckpointOutcome(null, $"The trainer has just removed {name} (save_total_limit).");
        }
        await using RilDb db = await databases.CreateDbContextAsync();
        await db.RunCheckpoints.Where(c => c.RunId == run.Id && c.Step == step).ExecuteUpdateAsync(set => set.SetProperty(c => c.Kept, keep));
        Tell(run);
        return new CheckpointOutcome(folders.Find(name));
    }

    /// <summary>Deletes a checkpoint for good.</summary>
    public async Task<CheckpointOutcome> Delete(Run run, string name, Caller caller)
    {
        if (RefusalByRole(caller) is { } forbidden) return new CheckpointOutcome(null, forbidden);
        CheckpointFolders folders = Folders(run.Id);
        if (folders.Find(name) is not { } checkpoint) return new CheckpointOutcome(null);
        await using RilDb db = await databases.CreateDbContextAsync();
        // No run begins to need it between the look and the deletion.
        await using var transaction = await db.Database.BeginTransactionAsync();
        if (await RefusalToDelete(db, run, checkpoint) is { } refusal) return new CheckpointOutcome(null, refusal);
        folders.Delete(name);
        if (checkpoint.Step is { } step) await db.RunCheckpoints.Where(c => c.RunId == run.Id && c.Step == step).ExecuteDeleteAsync();
        await transaction.CommitAsync();
        Tell(run);
        return new CheckpointOutcome(checkpoint);
    }

    /// <summary>Why a checkpoint must stay for now; null where it may go.</summary>
    public async Task<string?> RefusalToDelete(Run run, CheckpointInfo checkpoint)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        return await RefusalToDelete(db, run, checkpoint);
    }

    private static async Task<string?> RefusalToDelete(RilDb db, Run run, CheckpointInfo checkpoint)
    {
        if (checkpoint.Step is null) return RunUse.Refusal($"The student of '{run.Name}'", await RunUse.Of(db, "run:" + run.Id));
        RunState now = await db.Runs.Where(r => r.Id == run.Id).Select(r => r.State).FirstOrDefaultAsync();
        return checkpoint.Newest && (RunTransitions.IsActive(now) || now == RunState.Queued)
            ? $"The run goes on from {checkpoint.Name} should it be interrupted; stop the run first, or wait for the next checkpoint."
            : null;
    }

    private static string? RefusalByRole(Caller caller) => caller.Role == UserRole.Viewer ? "Viewers may look at checkpoints and download them; keeping and deleting is for members. An administrator can give you that role." : null;

    private CheckpointFolders Folders(string runId) => new(storage.Run(runId));

    private void Tell(Run run) => feed.Publish(RunUpdate.Of(run) with { Checkpoints = true });
}
