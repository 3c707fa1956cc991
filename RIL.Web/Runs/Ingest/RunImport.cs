using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RIL.Training;
using RIL.Training.Configuration;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Operations;
using RIL.Web.Runs.Checkpoints;

namespace RIL.Web.Runs.Ingest;

/// <summary>
/// Makes a run of the site out of the folder of a run that was trained by hand. Until all of it is stored it lies in the trash: nobody can start it there, and what an interrupted import leaves can be seen and purged.
/// </summary>
public sealed class RunImport(Storage storage, IDbContextFactory<RilDb> databases, EventIngest ingest, Trash trash, TimeProvider clock)
{
    // Files that a trainer which goes on with the original would change; all others are complete once they have their name.
    private static readonly string[] Growing = ["config.json", "events.jsonl", "trainer.log"];

    private static readonly string[] LeftOut = ["control", "events.jsonl.lock"];

    /// <summary>Imports a folder. Throws <see cref="InputException"/> where it is none of a run, or somebody is writing it.</summary>
    /// <param name="folder">The run folder; it stays as it is.</param>
    /// <param name="name">Name; null = the one it was trained under.</param>
    /// <param name="tags">Tags.</param>
    public async Task<Run> Import(string folder, string? name, IReadOnlyList<string> tags)
    {
        var source = new RunFolder(Path.GetFullPath(folder));
        if (!File.Exists(source.Config) || !File.Exists(source.Events)) throw new InputException($"{source.Root}: expected a run folder with config.json and events.jsonl, as the trainer writes it.");
        if (File.Exists(source.Events + ".lock") && Writable(source.Events + ".lock") && RunEvents.IsHeld(source.Events)) throw new InputException($"{source.Root}: a trainer is writing it now; import it when it has ended.");
        RunConfig config = RunConfigDocument.Bind(RunConfigDocument.ParseJson(await File.ReadAllTextAsync(source.Config), source.Config));

        await using RilDb db = await databases.CreateDbContextAsync();
        DateTimeOffset now = clock.GetUtcNow();
        var run = new Run
        {
            Id = Identifier.Create(),
            Name = GivenText.Name(name) ?? (config.RunName?.Trim() is { Length: > 0 } trained ? RunText.Cut(trained, GivenText.LongestName) : RunText.NameOf(config)),
            Config = Settings(config).ToJsonString(),
            CreatedAt = now,
            State = RunState.Deleted,
            StateBefore = RunState.Cancelled,
            DeletedAt = now,
            Reason = "Its import has not ended; where no import is at work, purge it and import it again.",
            Fence = 1,
            Color = await db.Runs.CountAsync(),
        };
        run.Tags.AddRange(RunText.Tags(tags).Select(tag => new RunTag { RunId = run.Id, Tag = tag }));
        db.Add(run);
        await db.SaveChangesAsync();
        try
        {
            Copy(new DirectoryInfo(source.Root), storage.Run(run.Id));
            await End(db, run, await ingest.Finish(run.Id, run.Fence));
            return run;
        }
        catch (Exception e)
        {
            // A run of which half is known is none: what was stored of it goes with it.
            await trash.Purge([run.Id]);
            if (e is LeaseLostException or DbUpdateConcurrencyException) throw new InputException($"{source.Root}: somebody purged or restored the run while it was being imported; import it again.", e);
            if (e is IOException or UnauthorizedAccessException) throw new InputException($"{source.Root}: it cannot be copied ({e.Message.TrimEnd('.')}).", e);
            throw;
        }
    }

    private static async Task End(RilDb db, Run run, IngestResult result)
    {
        await db.Entry(run).ReloadAsync();
        if (db.Entry(run).State == EntityState.Detached || run.State != RunState.Deleted) throw new LeaseLostException(run.Id, run.Fence);
        (RunState ended, run.Reason) = result.Ended switch
        {
            RunSignal.Completed => (RunState.Finished, null),
            RunSignal.Stopped or RunSignal.Lost => (RunState.Cancelled, null),
            RunSignal.PauseReached => (RunState.Paused, null),
            RunSignal.Broke => (RunState.Failed, result.Message),
            _ => (RunState.Cancelled, "Imported; its trainer had ended without saying so."),
        };
        run.State = RunTransitions.Of(run.State, RunAction.Restore, ended).Next!.Value;
        (run.StateBefore, run.DeletedAt) = (null, null);
        run.Version++;
        List<RunStage> stages = StageHistory.Read(run.Stages);
        DateTimeOffset[] times = await db.RunLogLines.Where(l => l.RunId == run.Id).Select(l => l.Time).ToArrayAsync();
        run.StartedAt = times.Length > 0 ? times.Min() : stages.FirstOrDefault()?.StartedAt;
        run.EndedAt = times.Length > 0 ? times.Max() : null;
        run.WorkedSeconds = stages.Sum(s => ((s.EndedAt ?? run.EndedAt ?? s.StartedAt) - s.StartedAt).TotalSeconds);
        run.Attempt = 1;
        await db.SaveChangesAsync();
    }

    private static JsonObject Settings(RunConfig config) =>
        RunConfigDocument.Write(config with { OutputDir = null, RunName = null, ResumeFromCheckpoint = null });

    private static void Copy(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (FileInfo file in from.EnumerateFiles())
        {
            if (LeftOut.Contains(file.Name) || file.LinkTarget is not null) continue;
            string target = Path.Combine(to, file.Name);
            if (Growing.Contains(file.Name) || from.Name == "tensorboard") file.CopyTo(target);
            else HardLink.CreateOrCopy(file.FullName, target);
        }
        foreach (DirectoryInfo folder in from.EnumerateDirectories())
            if (folder.LinkTarget is null && !folder.Name.StartsWith(".tmp-", StringComparison.Ordinal)) Copy(folder, Path.Combine(to, folder.Name));
    }

    // Whose folder may only be read, nobody writes it as this user; asking for the lock would fail for that reason alone.
    private static bool Writable(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
