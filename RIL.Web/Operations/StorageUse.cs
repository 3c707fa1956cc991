using Microsoft.EntityFrameworkCore;
using RIL.Web.Data;
using RIL.Web.Runs;

namespace RIL.Web.Operations;

/// <summary>What a run takes on the disk.</summary>
/// <param name="Id">The run.</param>
/// <param name="Name">Its name; null for a folder whose run is not known.</param>
/// <param name="State">Its state.</param>
/// <param name="Bytes">Bytes in all; files with several names once.</param>
/// <param name="Checkpoints">Bytes of checkpoints and the trained student.</param>
/// <param name="Completions">Bytes of kept completions.</param>
public sealed record RunStorage(string Id, string? Name, RunState? State, long Bytes, long Checkpoints, long Completions)
{
    /// <summary>Bytes of events, scalars and logs.</summary>
    public long Other => Bytes - Checkpoints - Completions;
}

/// <summary>What the storage folder holds.</summary>
/// <param name="ReadAt">When it was measured.</param>
/// <param name="Runs">Runs, largest first; those in the trash are among them.</param>
/// <param name="Database">Bytes of the database with its log.</param>
/// <param name="Datasets">Bytes of data sets.</param>
/// <param name="Teachers">Bytes of teachers' answers.</param>
/// <param name="Models">Bytes of the models folder.</param>
/// <param name="Leftovers">Bytes of refused uploads, which go by themselves after a day, and of purges that have not ended.</param>
public sealed record StorageReading(DateTimeOffset ReadAt, IReadOnlyList<RunStorage> Runs, long Database, long Datasets, long Teachers, long Models, long Leftovers)
{
    /// <summary>Everything together.</summary>
    public long Total => Runs.Sum(r => r.Bytes) + Database + Datasets + Teachers + Models + Leftovers;

    /// <summary>Runs in the trash.</summary>
    public long Trash => Runs.Where(r => r.State == RunState.Deleted).Sum(r => r.Bytes);
}

/// <summary>Measures the storage folder in the background; what was measured last is shown meanwhile.</summary>
public sealed class StorageUse(Storage storage, IDbContextFactory<RilDb> databases, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
    private readonly Lock _starting = new();
    private Task<StorageReading>? _measuring;

    /// <summary>What was measured last; null before the first time.</summary>
    public StorageReading? Last { get; private set; }

    /// <summary>There is a new measurement.</summary>
    public event Action? Changed;

    /// <summary>Measures anew unless that was done in the last minute or is being done; with <paramref name="now"/> in any case, and what is being done does not count.</summary>
    public Task<StorageReading> Refresh(bool now = false)
    {
        lock (_starting)
        {
            bool busy = _measuring is { IsCompleted: false };
            if (!now && busy) return _measuring!;
            if (!now && Last is { } last && clock.GetUtcNow() - last.ReadAt < Fresh) return Task.FromResult(last);
            Task before = busy ? _measuring! : Task.CompletedTask;
            return _measuring = Task.Run(async () =>
            {
                await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return await Measure();
            });
        }
    }

    /// <summary>Bytes of one run's folder, measured now.</summary>
    public long Of(string runId) => Measure(runId, null, null).Bytes;

    private async Task<StorageReading> Measure()
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        var known = await db.Runs.Select(r => new { r.Id, r.Name, r.State }).ToDictionaryAsync(r => r.Id);
        string root = Path.Combine(storage.Root, "runs");
        RunStorage[] runs = [.. Directory.GetDirectories(root).Select(Path.GetFileName).Where(Identifier.IsValid).Select(id => Measure(id!, known.GetValueOrDefault(id!)?.Name, known.GetValueOrDefault(id!)?.State))];
        var reading = new StorageReading(
            clock.GetUtcNow(), [.. runs.OrderByDescending(r => r.Bytes).ThenBy(r => r.Id, StringComparer.Ordinal)], DatabaseFiles(), Folder("datasets"), Folder("teachers"),
            Sum(storage.Models, new()), Folder("uploads") + Folder("trash"));
        Last = reading;
        Changed?.Invoke();
        return reading;
    }

    private RunStorage Measure(string id, string? name, RunState? state)
    {
        string folder = storage.Run(id);
        var seen = new HashSet<(ulong, ulong)>();
        long all = 0, checkpoints = 0, completions = 0;
        if (!Directory.Exists(folder)) return new RunStorage(id, name, state, 0, 0, 0);
        foreach (FileSystemInfo entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            long bytes = entry is DirectoryInfo inner ? Sum(inner.FullName, seen) : Count((FileInfo)entry, seen);
            all += bytes;
            if (entry.Name.Contains("checkpoint-", StringComparison.Ordinal) || entry.Name is "kept" or "student") checkpoints += bytes;
            else if (entry.Name == "completions") completions += bytes;
        }
        return new RunStorage(id, name, state, all, checkpoints, completions);
    }

    private long Folder(string name) => Sum(Path.Combine(storage.Root, name), new());

    private long DatabaseFiles() => new[] { "", "-wal", "-shm" }.Select(end => new FileInfo(storage.Database + end)).Sum(f => f.Exists ? f.Length : 0);

    private static long Sum(string folder, HashSet<(ulong, ulong)> seen)
    {
        try
        {
            return Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles("*", Everything).Sum(f => Count(f, seen)) : 0;
        }
        catch (DirectoryNotFoundException)
        {
            return 0; // pruned by the trainer at this moment
        }
    }

    private static long Count(FileInfo file, HashSet<(ulong, ulong)> seen)
    {
        try
        {
            return FileIdentity.OfShared(file.FullName) is { } identity && !seen.Add(identity) ? 0 : file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }
}
