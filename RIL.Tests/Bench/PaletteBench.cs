using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Tests.Web;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Query;
using static RIL.Tests.Bench.Figures;

namespace RIL.Tests.Bench;

/// <summary>How long Ctrl+K looks for a run among many: bench/storage.sh.</summary>
public sealed class PaletteBench
{
    private const int Runs = 5000, Looks = 50;

    [Fact(Explicit = true)]
    public async Task FindingARun()
    {
        await using OwnSite site = await OwnSite.Start();
        await using (RilDb db = await site.Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken))
        {
            string config = new('x', 6000);
            for (int i = 0; i < Runs; i++) db.Add(new Run { Id = Identifier.Create(), Name = $"sweep {i} seed {i % 7}", Config = config, CreatedAt = DateTimeOffset.UnixEpoch.AddMinutes(i), State = RunState.Finished });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        RunFinder finder = site.Services.GetRequiredService<RunFinder>();
        finder.Find("warm", 12);
        double[] milliseconds = [.. Enumerable.Range(0, Looks).Select(_ =>
        {
            long start = Stopwatch.GetTimestamp();
            Assert.Equal(12, finder.Find("seed 3 sweep", 12).Count);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        })];
        new Figures("palette").Add($"a run found by three words among {Runs:N0}, median of {Looks}, ms", Number(Median(milliseconds)), "< 300");
    }
}
