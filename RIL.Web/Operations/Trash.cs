using Microsoft.EntityFrameworkCore;
using RIL.Web.Data;
using RIL.Web.Runs;

namespace RIL.Web.Operations;

/// <summary>What a purge removed.</summary>
/// <param name="Runs">Runs.</param>
/// <param name="Rows">Rows of the database; a run and its tags are one.</param>
/// <param name="Bytes">Bytes of run folders.</param>
/// <param name="BytesBefore">Bytes of the whole storage folder before.</param>
/// <param name="BytesAfter">Bytes of the whole storage folder after; the database's file shrinks when it is compacted.</param>
/// <param name="Problems">What was left and why, a sentence each.</param>
public sealed record PurgeResult(int Runs, long Rows, long Bytes, long BytesBefore, long BytesAfter, IReadOnlyList<string> Problems);

/// <summary>What a purge would remove.</summary>
/// <param name="Runs">Runs.</param>
/// <param name="Values">Values of metrics.</param>
/// <param name="Bytes">Bytes of run folders.</param>
public sealed record TrashWeight(int Runs, long Values, long Bytes);

/// <summary>
/// Removes runs of the trash for good. The run itself goes first, and its folder in the same moment leaves the runs for the trash folder, where it says which rows are
/// still to be removed; it goes when they are. Whatever moment the site dies in, <see cref="Sweep"/> at the next start ends or undoes what was begun.
/// </summary>
public sealed class Trash(IDbContextFactory<RilDb> databases, RunRows rows, Storage storage, StorageUse use, SiteSettings settings, TimeProvider clock, ILogger<Trash> log)
{
    /// <summary>Most days that can be set.</summary>
    public const int MostDays = 3650;

    private const string DaysSetting = "trash_days";
    private readonly SemaphoreSlim _purging = new(1, 1);

    /// <summary>After how many days the trash is emptied by itself; 0 = never.</summary>
    public Task<int> Days() => settings.Number(DaysSetting, 0, 0, MostDays);

    /// <summary>Changes that number; it counts from the next look, within the hour.</summary>
    public Task ChangeDays(int days) => settings.Change(DaysSetting, days, 0, MostDays, "days cannot be set; expected 0 (never) to");

    /// <summary>What removing these runs, or all of the trash, would take.</summary>
    public async Task<TrashWeight> Weigh(IReadOnlyCollection<string>? ids = null)
    {
        string[] wanted = [.. ids ?? await Deleted(null)];
        await using RilDb db = await databases.CreateDbContextAsync();
        long values = await db.Metrics.Where(m => wanted.Contains(m.RunId)).SumAsync(m => m.Count);
        return new TrashWeight(wanted.Length, values, await Task.Run(() => wanted.Where(Identifier.IsValid).Sum(use.Of)));
    }

    /// <summary>Removes these runs, or all of the trash.</summary>
    public async Task<PurgeResult> Purge(IReadOnlyCollection<string>? ids = null, CancellationToken cancellation = default)
    {
        await _purging.WaitAsync(cancellation);
        try
        {
            long before = (await use.Refresh(now: true)).Total, removed = 0, bytes = 0;
            int runs = 0;
            var problems = new List<string>();
            foreach (string id in (string[])[.. ids ?? await Deleted(null)])
            {
                cancellation.ThrowIfCancellationRequested();
                long size = Identifier.IsValid(id) ? await Task.Run(() => use.Of(id), CancellationToken.None) : 0;
                if (await Forget(id) is { } refusal)
                {
                    problems.Add(refusal);
                    continue;
                }
                runs++;
                bytes += size;
                removed += 1 + await Task.Run(() => rows.Delete(id), CancellationToken.None);
                if (await Task.Run(() => DeleteFolder(id), CancellationToken.None) is { } left) problems.Add(left);
            }
            return new PurgeResult(runs, removed, bytes, before, (await use.Refresh(now: true)).Total, problems);
        }
        finally
        {
            _purging.Release();
        }
    }

    /// <summary>Removes what has been in the trash for longer than is set; nothing where that is never.</summary>
    public async Task PurgeOld(CancellationToken cancellation = default)
    {
        if (await Days() is not (> 0 and int days)) return;
        string[] old = await Deleted(clock.GetUtcNow().AddDays(-days));
        if (old.Length == 0) return;
        PurgeResult result = await Purge(old, cancellation);
        log.LogInformation("{Runs} runs had been in the trash for {Days} days and were removed for good: {Bytes} bytes, {Rows} rows. {Problems}", result.Runs, days, result.Bytes, result.Rows, string.Join(' ', result.Problems));
    }

    /// <summary>Ends or undoes purges that were interrupted.</summary>
    public async Task Sweep()
    {
        foreach (string id in Directory.GetDirectories(Path.Combine(storage.Root, "trash")).Select(f => Path.GetFileName(f)).Where(Identifier.IsValid))
        {
            await using RilDb db = await databases.CreateDbContextAsync();
            if (await db.Runs.AnyAsync(r => r.Id == id))
            {
                if (!Directory.Exists(storage.Run(id))) Directory.Move(Leaving(id), storage.Run(id));
                continue;
            }
            long removed = await rows.Delete(id);
            string? left = DeleteFolder(id);
            log.LogInformation("Run {Run}, whose purge was interrupted, is removed: {Rows} rows. {Left}", id, removed, left);
        }
    }

    private async Task<string[]> Deleted(DateTimeOffset? before)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        return await db.Runs.Where(r => r.State == RunState.Deleted && (before == null || r.DeletedAt < before)).OrderBy(r => r.DeletedAt).Select(r => r.Id).ToArrayAsync();
    }

    private async Task<string?> Forget(string id)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        if (await db.Runs.FirstOrDefaultAsync(r => r.Id == id) is not { } run) return $"There is no run '{id}'; it may have been purged.";
        if (run.State != RunState.Deleted) return $"'{run.Name}' is not in the trash.";
        if (RunUse.Refusal($"The student of '{run.Name}'", await RunUse.Of(db, "run:" + id)) is { } refusal) return refusal;
        db.Remove(run);
        await db.SaveChangesAsync();
        try
        {
            if (Directory.Exists(storage.Run(id))) Directory.Move(storage.Run(id), Leaving(id));
            else Directory.CreateDirectory(Leaving(id));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The folder of '{run.Name}' cannot be removed ({e.Message.TrimEnd('.')}); close what uses its files and try again.";
        }
        try
        {
            await transaction.CommitAsync();
        }
        catch
        {
            Directory.Move(Leaving(id), storage.Run(id));
            throw;
        }
        return null;
    }

    private string Leaving(string id) => Path.Combine(storage.Root, "trash", id);

    private string? DeleteFolder(string id)
    {
        try
        {
            Directory.Delete(Leaving(id), recursive: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"Not all files of run {id} could be removed ({e.Message.TrimEnd('.')}); the next start of the site tries again.";
        }
    }
}
