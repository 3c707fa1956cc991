using Microsoft.EntityFrameworkCore;
using RIL.Web.Data;

namespace RIL.Web.Runs.Log;

/// <summary>What of a run's log is wanted.</summary>
/// <param name="Level">Only this level and graver ones (info, warning, error); null = all.</param>
/// <param name="Find">Only lines with this text; null = all.</param>
public sealed record LogFilter(string? Level = null, string? Find = null);

/// <summary>Reads the sentences of runs in parts.</summary>
public sealed class RunLog(IDbContextFactory<RilDb> databases)
{
    /// <summary>Levels from the mildest to the gravest.</summary>
    public static IReadOnlyList<string> Levels { get; } = ["info", "warning", "error"];

    /// <summary>Lines that pass a filter.</summary>
    public async Task<int> Count(string runId, LogFilter filter)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        return await Chosen(db, runId, filter).CountAsync();
    }

    /// <summary>A part of them, oldest first.</summary>
    public async Task<IReadOnlyList<RunLogLine>> Read(string runId, LogFilter filter, int skip, int take)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        return await Chosen(db, runId, filter).OrderBy(l => l.Number).Skip(skip).Take(take).ToListAsync();
    }

    /// <summary>The lines after a number, oldest first.</summary>
    public async Task<IReadOnlyList<RunLogLine>> After(string runId, long number, int take)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        return await db.RunLogLines.AsNoTracking().Where(l => l.RunId == runId && l.Number > number).OrderBy(l => l.Number).Take(take).ToListAsync();
    }

    /// <summary>The newest lines, oldest of them first.</summary>
    public async Task<IReadOnlyList<RunLogLine>> Last(string runId, int count)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        List<RunLogLine> lines = await db.RunLogLines.AsNoTracking().Where(l => l.RunId == runId).OrderByDescending(l => l.Number).Take(count).ToListAsync();
        lines.Reverse();
        return lines;
    }

    private static IQueryable<RunLogLine> Chosen(RilDb db, string runId, LogFilter filter)
    {
        IQueryable<RunLogLine> lines = db.RunLogLines.AsNoTracking().Where(l => l.RunId == runId);
        int from = filter.Level is null ? 0 : Levels.ToList().IndexOf(filter.Level);
        if (from > 0)
        {
            string[] levels = [.. Levels.Skip(from)];
            lines = lines.Where(l => levels.Contains(l.Level));
        }
        return string.IsNullOrWhiteSpace(filter.Find) ? lines : lines.Where(l => EF.Functions.Like(l.Text, LikePattern.Containing(filter.Find.Trim()), LikePattern.Escape));
    }
}
