using Microsoft.EntityFrameworkCore;
using RIL.Web.Data;
using RIL.Web.Runs.Metrics;

namespace RIL.Web.Runs.Pages;

/// <summary>A metric's newest values, oldest first, and what is known of all of them.</summary>
/// <param name="Points">The newest values; not-a-number where the trainer said so.</param>
/// <param name="Summary">Count, extremes and last value of all.</param>
public sealed record RecentMetric(IReadOnlyList<(long Step, double Value)> Points, MetricSummary Summary);

/// <summary>The few values that a run's overview speaks of, read in one go.</summary>
public sealed class RunMetrics(IDbContextFactory<RilDb> databases)
{
    /// <summary>Names of all metrics of a run.</summary>
    public async Task<IReadOnlyList<string>> Names(string runId)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        return await db.Metrics.Where(m => m.RunId == runId).OrderBy(m => m.Name).Select(m => m.Name).ToListAsync();
    }

    /// <summary>First and newest values of the metrics that begin with a name.</summary>
    public async Task<(IReadOnlyDictionary<string, double> First, IReadOnlyDictionary<string, double> Last)> FirstAndLast(string runId, string prefix)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        Dictionary<string, double> first = [], last = [];
        foreach (MetricSummary metric in await db.Metrics.AsNoTracking().Where(m => m.RunId == runId && m.Name.StartsWith(prefix)).ToListAsync())
        {
            if (metric.Last is not { } newest) continue;
            // At step 0 nothing has been trained.
            (metric.LastStep == 0 ? first : last)[metric.Name] = newest;
            if (metric.Count > 1 && await db.MetricPoints.Where(p => p.MetricId == metric.Id).OrderBy(p => p.Step).Select(p => p.Value).FirstOrDefaultAsync() is { } oldest) first[metric.Name] = oldest;
        }
        return (first, last);
    }

    /// <summary>The newest values of some metrics; those that the run does not have are absent.</summary>
    public async Task<IReadOnlyDictionary<string, RecentMetric>> Recent(string runId, IReadOnlyCollection<string> names, int most)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        var recent = new Dictionary<string, RecentMetric>(StringComparer.Ordinal);
        foreach (MetricSummary metric in await db.Metrics.AsNoTracking().Where(m => m.RunId == runId && names.Contains(m.Name)).ToListAsync())
        {
            var points = await db.MetricPoints.AsNoTracking().Where(p => p.MetricId == metric.Id).OrderByDescending(p => p.Step).Take(most).Select(p => new { p.Step, p.Value }).ToListAsync();
            points.Reverse();
            recent[metric.Name] = new RecentMetric([.. points.Select(p => (p.Step, p.Value ?? double.NaN))], metric);
        }
        return recent;
    }

    /// <summary>When the run's newest metrics were written.</summary>
    public async Task<DateTimeOffset?> LastNews(string runId)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        return await db.RunSteps.Where(s => s.RunId == runId).OrderByDescending(s => s.Step).Select(s => (DateTimeOffset?)s.Time).FirstOrDefaultAsync();
    }

    /// <summary>Metrics with values that are not a number, with how many.</summary>
    public async Task<IReadOnlyList<MetricSummary>> NotNumbers(string runId)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        return await db.Metrics.AsNoTracking().Where(m => m.RunId == runId && m.NotANumber > 0).OrderBy(m => m.Name).ToListAsync();
    }
}
