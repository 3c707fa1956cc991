using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Jobs;

namespace RIL.Web.Operations;

/// <summary>A run that holds a slot, and its trainer.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">Its state.</param>
/// <param name="Stage">The stage it is in.</param>
/// <param name="ProcessId">Its trainer's process, once there is one.</param>
/// <param name="Memory">Bytes of memory that the process holds; null where the system does not say.</param>
/// <param name="StartedAt">When that process started.</param>
/// <param name="AttachedAt">Since when this process of the site follows it; null while nobody does.</param>
/// <param name="Attempt">How often a trainer was started for the run.</param>
/// <param name="Color">The run's colour.</param>
public sealed record TrainerView(
    string RunId, string Name, RunState State, string? Stage, int? ProcessId, long? Memory, DateTimeOffset? StartedAt, DateTimeOffset? AttachedAt, int Attempt, int Color);

/// <summary>A run in the trash.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Name">Its name.</param>
/// <param name="DeletedAt">Since when it is there.</param>
/// <param name="Bytes">Bytes of its folder, as measured last; null before the first measurement.</param>
/// <param name="GoesAt">When it is removed for good by itself; null = never.</param>
public sealed record TrashView(string RunId, string Name, DateTimeOffset? DeletedAt, long? Bytes, DateTimeOffset? GoesAt);

/// <summary>The site at a glance.</summary>
/// <param name="Status">ok or unhealthy.</param>
/// <param name="Health">Every part.</param>
/// <param name="Machine">The machine; null in the first moment.</param>
/// <param name="Versions">What the site is made of.</param>
/// <param name="Slots">How many runs train at once.</param>
/// <param name="Queued">Runs that wait.</param>
/// <param name="Trainers">Runs that hold a slot.</param>
/// <param name="Database">How large the database is.</param>
/// <param name="TrashDays">After how many days the trash empties itself; 0 = never.</param>
public sealed record SystemView(
    string Status, IReadOnlyList<HealthPart> Health, MachineReading? Machine, Versions Versions, int Slots, int Queued, IReadOnlyList<TrainerView> Trainers, DatabaseReading Database, int TrashDays);

/// <summary>Gathers what the System page and REST show.</summary>
public sealed class SystemOverview(
    IDbContextFactory<RilDb> databases, SiteHealth health, MachineReadings machine, Slots slots, DatabaseCare care, StorageUse storage, Trash trash, RunFollower follower)
{
    /// <summary>The site now.</summary>
    public async Task<SystemView> Look(CancellationToken cancellation = default)
    {
        await using RilDb db = await databases.CreateDbContextAsync(cancellation);
        List<TrainerView> trainers = await db.Runs.Where(r => RunTransitions.Active.Contains(r.State)).OrderBy(r => r.StartedAt)
            .Select(r => new TrainerView(r.Id, r.Name, r.State, r.Stage, r.ProcessId, null, r.ProcessStartedAt, null, r.Attempt, r.Color)).ToListAsync(cancellation);
        int queued = await db.Runs.CountAsync(r => r.State == RunState.Queued, cancellation);
        IReadOnlyList<HealthPart> parts = await health.Look(cancellation);
        DatabaseReading database = care.Look();
        return new SystemView(
            parts.All(p => p.Healthy) ? "ok" : "unhealthy", parts, machine.Now, Versions.Read(database.Version), await slots.Count(), queued,
            [.. trainers.Select(t => t with { Memory = MemoryOf(t.ProcessId), AttachedAt = follower.Since(t.RunId) })], database, await trash.Days());
    }

    /// <summary>The trash, newest first, with the sizes that were measured last.</summary>
    public async Task<IReadOnlyList<TrashView>> Trash(CancellationToken cancellation = default)
    {
        await using RilDb db = await databases.CreateDbContextAsync(cancellation);
        StorageReading? last = storage.Last;
        Dictionary<string, long> sizes = last?.Runs.ToDictionary(r => r.Id, r => r.Bytes) ?? [];
        int days = await trash.Days();
        var runs = await db.Runs.Where(r => r.State == RunState.Deleted).OrderByDescending(r => r.DeletedAt).Select(r => new { r.Id, r.Name, r.DeletedAt }).ToListAsync(cancellation);
        return [.. runs.Select(r => new TrashView(r.Id, r.Name, r.DeletedAt, last is null ? null : sizes.GetValueOrDefault(r.Id), days > 0 ? r.DeletedAt?.AddDays(days) : null))];
    }

    // On Windows the process is the shell that writes the trainer's output down.
    private static long? MemoryOf(int? id)
    {
        if (id is null || OperatingSystem.IsWindows()) return null;
        try
        {
            using Process process = Process.GetProcessById(id.Value);
            return process.WorkingSet64 is > 0 and long bytes ? bytes : null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null; // it has just ended
        }
    }
}
