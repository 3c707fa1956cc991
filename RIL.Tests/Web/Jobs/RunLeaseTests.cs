using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RIL.Tests.Web.Runs;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Ingest;
using RIL.Web.Runs.Jobs;
using RIL.Web.Runs.Live;

namespace RIL.Tests.Web.Jobs;

/// <summary>Leases: one owner at a time, whatever happens to owners.</summary>
public sealed class RunLeaseTests : IDisposable
{
    private readonly RunPageBench _bench = new(); // no site that would take them itself
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch.AddYears(60));

    private RunLeases Leases => new(new SqliteConnections(_bench.Storage), _clock);

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
    public void AJobThatComesLate_FindsNoRunToWorkOn()
    {
        foreach (RunState state in Enum.GetValues<RunState>()) Assert.Equal(RunTransitions.IsActive(state), Leases.Take(_bench.Add(state).Id) is not null);
    }

    [Fact]
    public async Task WhoLostTheLease_StoresNothing()
    {
        Run run = Add();
        long old = Leases.Take(run.Id, "elsewhere|1|1")!.Value;
        _clock.Advance(RunLeases.Lifetime * 2);
        Leases.Take(run.Id);
        File.WriteAllText(Path.Combine(_bench.Storage.Run(run.Id), "events.jsonl"), """{"kind":"log","n":1,"time":"2026-01-01T00:00:00Z","level":"info","text":"late"}""" + "\n");

        var feed = new RunFeed(_clock, NullLogger<RunFeed>.Instance);
        await Assert.ThrowsAsync<LeaseLostException>(() => new EventIngest(_bench.Storage, new SqliteConnections(_bench.Storage), new WriteGate(), feed).Advance(run.Id, old));
        Assert.False(await new RunSignals(_bench, feed, _clock).Apply(run.Id, old, RunSignal.Broke));
    }

    public void Dispose() => _bench.Dispose();

    private Run Add() => _bench.Add(RunState.Running, free: true);
}
