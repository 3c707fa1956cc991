using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Web.Accounts;
using RIL.Web.Api;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Live;
using RIL.Web.Runs.Metrics;

namespace RIL.Tests.Web.Runs.Live;

/// <summary>A run whose steps a test stores and publishes one by one, as the follower of a trainer does.</summary>
internal sealed class LiveRun
{
    private readonly IDbContextFactory<RilDb> _databases;
    private readonly RunFeed _feed;
    private long _event;

    private LiveRun(IServiceProvider services) => (_databases, _feed) = (services.GetRequiredService<IDbContextFactory<RilDb>>(), services.GetRequiredService<RunFeed>());

    public string Id { get; } = Identifier.Create();

    public long LastEvent => _event;

    /// <summary>Time from one step to the next.</summary>
    public int SecondsAStep { get; set; } = 1;

    public static Task<LiveRun> Create(SiteFixture site, params string[] metrics) => Create(site.Services, metrics);

    /// <summary>The same, on any site.</summary>
    public static async Task<LiveRun> Create(IServiceProvider services, params string[] metrics)
    {
        var run = new LiveRun(services);
        await using RilDb db = await run._databases.CreateDbContextAsync();
        // It has a lease, as if another site followed its trainer: this one leaves it alone.
        db.Add(new Run
        {
            Id = run.Id, Name = "live", Config = "{}", State = RunState.Running, CreatedAt = DateTimeOffset.UtcNow, StartedAt = DateTimeOffset.UtcNow,
            LeaseOwner = "elsewhere|1|1", LeaseUntil = DateTimeOffset.UtcNow.AddHours(1),
        });
        foreach (string name in metrics) db.Add(new MetricSummary { RunId = run.Id, Name = name, LastStep = -1 });
        await db.SaveChangesAsync();
        return run;
    }

    /// <summary>Stores a value of every metric at a step, and tells of it.</summary>
    public async Task Step(long step, double? value = null, bool tell = true)
    {
        await using RilDb db = await _databases.CreateDbContextAsync();
        Run row = await db.Runs.SingleAsync(r => r.Id == Id);
        (row.Step, row.LastEvent) = (step, ++_event);
        MetricSummary[] metrics = await db.Metrics.Where(m => m.RunId == Id).ToArrayAsync();
        double number = value ?? step;
        foreach (MetricSummary metric in metrics)
        {
            metric.LastStep = step;
            metric.Count++;
            db.Add(new MetricPoint { MetricId = metric.Id, Step = step, Value = double.IsNaN(number) ? null : number });
        }
        var time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000 + SecondsAStep * step);
        db.Add(new RunStep { RunId = Id, Step = step, Time = time, Tokens = 100 * step });
        var line = new RunLogLine { RunId = Id, Number = _event, Time = time, Level = "info", Text = $"step {step}" };
        db.Add(line);
        await db.SaveChangesAsync();
        if (tell) _feed.Publish(RunUpdate.Of(row) with { Values = [.. metrics.Select(m => new LiveValue(m.Name, step, number))], Steps = [new LiveStep(step, time, 100 * step)], Log = [line] });
    }

    /// <summary>Stores the first steps of every metric in one go, and tells nobody; the value is the step.</summary>
    public async Task Store(int steps)
    {
        await using RilDb db = await _databases.CreateDbContextAsync();
        Run row = await db.Runs.SingleAsync(r => r.Id == Id);
        (row.Step, row.LastEvent) = (steps - 1, ++_event);
        MetricSummary[] metrics = await db.Metrics.Where(m => m.RunId == Id).ToArrayAsync();
        for (int step = 0; step < steps; step++)
        {
            foreach (MetricSummary metric in metrics) db.Add(new MetricPoint { MetricId = metric.Id, Step = step, Value = step });
            db.Add(new RunStep { RunId = Id, Step = step, Time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000 + SecondsAStep * step), Tokens = 100 * step });
        }
        foreach (MetricSummary metric in metrics) (metric.LastStep, metric.Count) = (steps - 1, steps);
        await db.SaveChangesAsync();
    }

    /// <summary>A reader was too slow: it is told to read history again.</summary>
    public async Task Gap()
    {
        await using RilDb db = await _databases.CreateDbContextAsync();
        _feed.Publish(RunUpdate.Of(await db.Runs.SingleAsync(r => r.Id == Id)) with { Gap = RunHistories.Metrics });
    }

    /// <summary>Stores sentences and tells nobody.</summary>
    public async Task Say(int lines)
    {
        await using RilDb db = await _databases.CreateDbContextAsync();
        for (int i = 0; i < lines; i++) db.Add(new RunLogLine { RunId = Id, Number = ++_event, Level = "info", Text = $"sentence {i}" });
        (await db.Runs.SingleAsync(r => r.Id == Id)).LastEvent = _event;
        await db.SaveChangesAsync();
    }

    /// <summary>The trainer went on from an earlier step: what came after it is gone.</summary>
    public async Task RewindTo(long step)
    {
        await using RilDb db = await _databases.CreateDbContextAsync();
        Run row = await db.Runs.SingleAsync(r => r.Id == Id);
        (row.Step, row.LastEvent) = (step, ++_event);
        long[] metrics = await db.Metrics.Where(m => m.RunId == Id).Select(m => m.Id).ToArrayAsync();
        await db.MetricPoints.Where(p => metrics.Contains(p.MetricId) && p.Step > step).ExecuteDeleteAsync();
        await db.RunSteps.Where(s => s.RunId == Id && s.Step > step).ExecuteDeleteAsync();
        await db.SaveChangesAsync();
        _feed.Publish(RunUpdate.Of(row) with { RewoundTo = step });
    }

    public async Task End()
    {
        await using RilDb db = await _databases.CreateDbContextAsync();
        Run row = await db.Runs.SingleAsync(r => r.Id == Id);
        row.State = RunState.Finished;
        await db.SaveChangesAsync();
        _feed.Publish(RunUpdate.Of(row));
    }

    /// <summary>A connection to the hub in the name of a viewer.</summary>
    public static async Task<HubConnection> Connect(SiteFixture site)
    {
        string token = await Token(site);
        HubConnection hub = new HubConnectionBuilder()
            .WithUrl(new Uri(site.Address, RunHub.Path), options => options.AccessTokenProvider = () => Task.FromResult<string?>(token))
            .AddJsonProtocol(json => ApiFeature.Configure(json.PayloadSerializerOptions)).Build();
        await hub.StartAsync();
        return hub;
    }

    public static async Task<string> Token(SiteFixture site)
    {
        await using RilDb db = await site.Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContextAsync();
        RilUser viewer = await db.Users.FirstAsync(u => u.Role == UserRole.Viewer);
        return (await site.Services.GetRequiredService<TokenService>().Create(new Caller(viewer.Id, viewer.UserName!, viewer.Role), "test", TokenScope.Read, TimeSpan.FromHours(1))).Text;
    }
}
