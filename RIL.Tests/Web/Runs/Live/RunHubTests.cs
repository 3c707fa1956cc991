using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RIL.Web.Runs;
using RIL.Web.Runs.Live;

namespace RIL.Tests.Web.Runs.Live;

public sealed class RunHubTests(SiteFixture site)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhoSubscribes_GetsValuesAsTheyCome_OfTheMetricsItChose()
    {
        LiveRun run = await LiveRun.Create(site, "reward", "loss");
        await using HubConnection hub = await LiveRun.Connect(site);
        ChannelReader<RunMessage> news = Messages(hub);
        RunMessage now = await Subscribe(hub, run.Id, null, null, ["reward"]);
        Assert.Equal((RunState.Running, 0L, 0), (now.Progress.State, now.LastEvent, now.Metrics.Count));
        await run.Step(1, 0.5);
        await run.Step(2, double.NaN);
        var got = new List<(long, double?)>();
        while (got.Count < 2)
        {
            RunMessage message = await Next(news);
            Assert.Equal(["reward"], message.Metrics.Keys);
            got.AddRange(message.Metrics["reward"].Steps.Zip(message.Metrics["reward"].Values));
            Assert.Equal(message.Metrics["reward"].Steps.Select(s => (double?)(100 * s)), message.Steps.Tokens);
        }
        Assert.Equal([(1L, 0.5), (2L, null)], got);
        await hub.InvokeAsync(nameof(RunHub.Choose), run.Id, new[] { "loss" }, Cancellation);
        await run.Step(3);
        Assert.Equal(["loss"], (await Next(news)).Metrics.Keys);
    }

    // A chart reads what lies between its history and its first live value: both name the event at which they end and begin.
    [Fact]
    public async Task History_AndWhoChoosesAMetric_SayAtWhichEventTheyAre()
    {
        LiveRun run = await LiveRun.Create(site, "reward", "loss");
        await using HubConnection hub = await LiveRun.Connect(site);
        await Subscribe(hub, run.Id, null, null, ["reward"]);
        await run.Step(1);
        Assert.Equal("1", await HistoryEndsAt(run));
        await run.Step(2);
        Assert.Equal(2L, await hub.InvokeAsync<long?>(nameof(RunHub.Choose), run.Id, new[] { "loss", "reward" }, Cancellation));
        Assert.Equal("2", await HistoryEndsAt(run));
        Assert.Null(await hub.InvokeAsync<long?>(nameof(RunHub.Choose), "nothing", new[] { "loss" }, Cancellation));
    }

    private async Task<string> HistoryEndsAt(LiveRun run)
    {
        using var client = new HttpClient { BaseAddress = site.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", await LiveRun.Token(site));
        using HttpResponseMessage answer = await client.GetAsync($"/api/v1/runs/{run.Id}/metrics/series?name=loss", Cancellation);
        return answer.EnsureSuccessStatusCode().Headers.GetValues("Last-Event-ID").Single();
    }

    [Fact]
    public async Task AfterAReconnect_TheGapIsFilled_FromTheLastEventNamed()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 1; step <= 5; step++) await run.Step(step);
        await using HubConnection hub = await LiveRun.Connect(site);
        RunMessage gap = await Subscribe(hub, run.Id, lastEvent: 3, lastStep: 3);
        // The last known step comes once more: its validation may have come in a later event.
        Assert.Equal([3L, 4L, 5L], gap.Metrics["reward"].Steps);
        Assert.Equal([4L, 5L], gap.Log.Select(l => l.Number));
        Assert.Equal((5L, null, false), (gap.LastEvent, gap.RewoundTo, gap.GapTooLarge));
        RunMessage nothing = await Subscribe(hub, run.Id, lastEvent: 5, lastStep: 5);
        Assert.Empty(nothing.Metrics);
        Assert.Empty(nothing.Log);
    }

    [Fact]
    public async Task WhoWasAwayDuringARewind_IsToldWhatIsVoid_AndGetsWhatReplacedIt()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 1; step <= 6; step++) await run.Step(step);
        long known = run.LastEvent;
        await run.RewindTo(2);
        for (int step = 3; step <= 8; step++) await run.Step(step, 10 * step);
        await using HubConnection hub = await LiveRun.Connect(site);
        RunMessage gap = await Subscribe(hub, run.Id, known, lastStep: 6);
        Assert.Equal(2, gap.RewoundTo);
        Assert.Equal(Enumerable.Range(3, 6).Select(s => ((long)s, (double?)(10 * s))), gap.Metrics["reward"].Steps.Zip(gap.Metrics["reward"].Values));
    }

    [Fact]
    public async Task AGapThatIsTooLarge_IsReadOverHttp()
    {
        LiveRun run = await LiveRun.Create(site, [.. Enumerable.Range(0, 2100).Select(i => $"mine/{i}")]);
        for (int step = 1; step <= 10; step++) await run.Step(step, tell: false);
        await using HubConnection hub = await LiveRun.Connect(site);
        RunMessage gap = await Subscribe(hub, run.Id, lastEvent: 0, lastStep: 0);
        Assert.True(gap.GapTooLarge);
        Assert.Empty(gap.Metrics);
        Assert.Equal(10, gap.Progress.Step);
        // Of one metric it is not too large.
        Assert.Equal(10, (await Subscribe(hub, run.Id, 0, 0, ["mine/7"])).Metrics["mine/7"].Steps.Count);
        // A number that this run never had.
        Assert.True((await Subscribe(hub, run.Id, 99, 10)).GapTooLarge);
    }

    [Fact]
    public async Task ASlowClient_GetsTheNewestState_InFewMessages()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        await using HubConnection hub = await LiveRun.Connect(site);
        ChannelReader<RunMessage> news = Messages(hub);
        await Subscribe(hub, run.Id, null, null);
        for (int step = 1; step <= 300; step++) await run.Step(step);
        int messages = 0, values = 0;
        RunMessage last;
        do
        {
            last = await Next(news);
            messages++;
            values += last.Metrics["reward"].Steps.Count;
        }
        while (last.Progress.Step < 300);
        Assert.Equal(300, values);
        Assert.InRange(messages, 1, 299);
    }

    [Fact]
    public async Task TheProject_TellsStateAndProgressOfAllRuns_UntilUnsubscribed()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        await using HubConnection hub = await LiveRun.Connect(site);
        ChannelReader<RunMessage> news = Messages(hub);
        await hub.InvokeAsync(nameof(RunHub.SubscribeProject), Cancellation);
        await run.Step(1);
        RunMessage message;
        do message = await Next(news); while (message.Run != run.Id);
        Assert.Equal((1L, 0, 0), (message.Progress.Step, message.Metrics.Count, message.Log.Count));
        await hub.InvokeAsync(nameof(RunHub.Unsubscribe), (string?)null, Cancellation);
        int readers = site.Services.GetRequiredService<RunFeed>().Readers;
        await hub.StopAsync(Cancellation);
        Assert.True(readers > 0);
    }

    [Fact]
    public async Task ARunThatDoesNotExist_IsNothing_AndStrangersDoNotGetIn()
    {
        await using HubConnection hub = await LiveRun.Connect(site);
        Assert.Null(await Subscribe(hub, "nothing", null, null));
        await using HubConnection stranger = new HubConnectionBuilder().WithUrl(new Uri(site.Address, RunHub.Path)).Build();
        await Assert.ThrowsAsync<HttpRequestException>(() => stranger.StartAsync(Cancellation));
    }

    private static ChannelReader<RunMessage> Messages(HubConnection hub)
    {
        var channel = Channel.CreateUnbounded<RunMessage>();
        hub.On<RunMessage[]>(RunHub.Updates, messages => { foreach (RunMessage message in messages) channel.Writer.TryWrite(message); });
        return channel.Reader;
    }

    private static async Task<RunMessage> Next(ChannelReader<RunMessage> news) => await news.ReadAsync(Cancellation).AsTask().WaitAsync(Long, Cancellation);

    private static Task<RunMessage> Subscribe(HubConnection hub, string run, long? lastEvent, long? lastStep, string[]? metrics = null) =>
        hub.InvokeAsync<RunMessage>(nameof(RunHub.Subscribe), run, lastEvent, lastStep, metrics, Cancellation);
}
