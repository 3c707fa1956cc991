using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RIL.Training;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Runs.Checkpoints;

namespace RIL.Web.Runs.Ingest;

/// <summary>Makes a run of the site out of the folder of a run that was trained by hand.</summary>
public sealed class RunImport(Storage storage, IDbContextFactory<RilDb> databases, EventIngest ingest, TimeProvider clock)
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
        var run = new Run
        {
            Id = Identifier.Create(),
            Name = RunText.Name(name) ?? RunText.Name(config.RunName) ?? RunText.NameOf(config),
            Config = Settings(config).ToJsonString(),
            CreatedAt = clock.GetUtcNow(),
            State = RunState.Draft,
            Fence = 1,
            Color = await db.Runs.CountAsync(),
        };
        run.Tags.AddRange(RunText.Tags(tags).Select(tag => new RunTag { RunId = run.Id, Tag = tag }));
        Copy(new DirectoryInfo(source.Root), storage.Run(run.Id));
        db.Add(run);
        await db.SaveChangesAsync();
        IngestResult result;
        try
        {
            result = await ingest.Finish(run.Id, run.Fence);
        }
        catch
        {
            // A run of which half is known is none. What was stored of it goes with it.
            db.Remove(run);
            await db.SaveChangesAsync();
            Directory.Delete(storage.Run(run.Id), recursive: true);
            throw;
        }
        await End(db, run, result);
        return run;
    }

    private static async Task End(RilDb db, Run run, IngestResult result)
    {
        await db.Entry(run).ReloadAsync();
        (run.State, run.Reason) = result.Ended switch
        {
            RunSignal.Completed => (RunState.Finished, null),
            RunSignal.Stopped or RunSignal.Lost => (RunState.Cancelled, null),
            RunSignal.PauseReached => (RunState.Paused, null),
            RunSignal.Broke => (RunState.Failed, result.Message),
            _ => (RunState.Cancelled, "Imported; its trainer had ended without saying so."),
        };
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
