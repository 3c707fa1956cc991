using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RIL.Tests.Web.Runs;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Ingest;
using RIL.Web.Runs.Jobs;

namespace RIL.Tests.Web.Jobs;

public sealed class RunLeaseTests(SiteFixture site)
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch.AddYears(60));

    private RunLeases Leases => new(site.Services.GetRequiredService<SqliteConnections>(), _clock);

    [Fact]
    public void OneOwnerAtATime_AndEachHasALargerFence()
    {
        Run run = Add();
        long first = Leases.Take(run.Id, "elsewhere|1|1")!.Value;
        Assert.Null(Leases.Take(run.Id));
        _clock.Advance(RunLeases.Lifetime + TimeSpan.FromSeconds(1));
        long second = Leases.Take(run.Id)!.Value;

        Assert.True(second > first);
        Assert.False(Leases.Renew(run.Id, first));
        Assert.True(Leases.Renew(run.Id, second));
    }

    [Fact]
    public void ARenewedLease_HoldsOn()
    {
        Run run = Add();
        long fence = Leases.Take(run.Id, "elsewhere|1|1")!.Value;
        for (int i = 0; i < 5; i++)
        {
            _clock.Advance(RunLeases.Renewal);
            Assert.True(Leases.Renew(run.Id, fence));
        }
        Assert.Null(Leases.Take(run.Id));
        Leases.Release(run.Id, fence);
        Assert.NotNull(Leases.Take(run.Id));
    }

    [Fact]
    public void TheLeaseOfAProcessThatIsGone_IsFreeAtOnce()
    {
        Run run = Add();
        // No process has this number: it is above the system's largest.
        Assert.NotNull(Leases.Take(run.Id, $"{Environment.MachineName}|{int.MaxValue}|1"));
        Assert.NotNull(Leases.Take(run.Id));
    }

    [Fact]
    public async Task WhoLostTheLease_StoresNothing()
    {
        Run run = Add();
        long old = Leases.Take(run.Id, "elsewhere|1|1")!.Value;
        _clock.Advance(RunLeases.Lifetime * 2);
        Leases.Take(run.Id);
        File.WriteAllText(Path.Combine(site.Services.GetRequiredService<Storage>().Run(run.Id), "events.jsonl"), """{"kind":"log","n":1,"time":"2026-01-01T00:00:00Z","level":"info","text":"late"}""" + "\n");

        await Assert.ThrowsAsync<LeaseLostException>(() => site.Services.GetRequiredService<EventIngest>().Advance(run.Id, old));
        Assert.False(await site.Services.GetRequiredService<RunSignals>().Apply(run.Id, old, RunSignal.Broke));
    }

    // In a state in which the scheduler leaves it alone.
    private Run Add() => new RunMaker(site.Services.GetRequiredService<Storage>(), site.Services.GetRequiredService<IDbContextFactory<RilDb>>()).Add(RunState.Draft);
}
