using Microsoft.EntityFrameworkCore;
using RIL.Training.Configuration;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Runs;

namespace RIL.Tests.Web.Runs;

/// <summary>Puts runs into a database and a storage folder as trainers would have left them.</summary>
internal class RunMaker(Storage storage, IDbContextFactory<RilDb> databases)
{
    public Storage Storage { get; } = storage;

    /// <summary>A run in the database with a folder of its own. One at work has a lease, as if another site followed its trainer, so that this one leaves it alone; it is free where that is asked for.</summary>
    public Run Add(RunState state = RunState.Finished, RunConfig? config = null, bool free = false)
    {
        bool followed = RunTransitions.IsActive(state) && !free;
        var run = new Run
        {
            Id = Identifier.Create(), Name = "a run", CreatedAt = DateTimeOffset.UnixEpoch, State = state,
            Config = RunConfigDocument.Write(config ?? new RunConfig { Dataset = "quickstart:rl" }).ToJsonString(),
            LeaseOwner = followed ? "elsewhere|1|1" : null, LeaseUntil = followed ? DateTimeOffset.UtcNow.AddHours(1) : null,
        };
        using RilDb db = databases.CreateDbContext();
        db.Add(run);
        db.SaveChanges();
        Directory.CreateDirectory(Storage.Run(run.Id));
        return run;
    }

    /// <summary>Keeps completions of a step as the trainer does.</summary>
    public void Keep(Run run, long step, params CompletionRow[] rows)
    {
        CompletionsParquet.Write(Path.Combine(Storage.Run(run.Id), RunFolder.Completions(step)), step, rows);
        using RilDb db = databases.CreateDbContext();
        db.Add(new CompletionStep { RunId = run.Id, Step = step, File = RunFolder.Completions(step), Rows = rows.Length });
        db.SaveChanges();
    }

    /// <summary>A folder that looks like a checkpoint of the trainer's.</summary>
    public string Checkpoint(Run run, string name, int bytes = 1000)
    {
        string folder = Path.Combine(Storage.Run(run.Id), name);
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), [.. Enumerable.Range(0, bytes).Select(i => (byte)i)]);
        File.WriteAllText(Path.Combine(folder, "config.json"), "{}");
        CheckpointManifest.Write(folder);
        return folder;
    }
}
