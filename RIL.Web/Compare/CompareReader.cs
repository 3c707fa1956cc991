using Microsoft.EntityFrameworkCore;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Metrics;

namespace RIL.Web.Compare;

/// <summary>Reads what is compared.</summary>
public sealed class CompareReader(IDbContextFactory<RilDb> databases)
{
    /// <summary>The runs that exist, in the order asked for.</summary>
    public async Task<IReadOnlyList<ComparedRun>> Runs(IReadOnlyList<string> ids)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        List<Run> runs = await db.Runs.AsNoTracking().Include(r => r.Tags).Where(r => ids.Contains(r.Id)).ToListAsync();
        return ComparedRun.Of(ids.Select(id => runs.Find(r => r.Id == id)).OfType<Run>());
    }

    /// <summary>What is known of every metric of the runs.</summary>
    public async Task<IReadOnlyList<MetricSummary>> Metrics(IReadOnlyList<string> ids)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        return await db.Metrics.AsNoTracking().Where(m => ids.Contains(m.RunId)).ToListAsync();
    }
}
