using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Web.Data;
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
        Assert.Equal([RunHistories.Metrics], gap.ReadAgain);
        Assert.Empty(gap.Metrics);
        Assert.Equal(10, gap.Progress.Step);
        // What is not too much comes nevertheless.
        Assert.Equal(Enumerable.Range(1, 10).Select(n => (long)n), gap.Log.Select(l => l.Number));
        // Of one metric it is not too large.
        Assert.Equal(10, (await Subscribe(hub, run.Id, 0, 0, ["mine/7"])).Metrics["mine/7"].Steps.Count);
        // A number that this run never had.
        Assert.Equal([RunHistories.Metrics, RunHistories.Completions, RunHistories.Log], (await Subscribe(hub, run.Id, 99, 10)).ReadAgain);
    }

    [Fact]
    public async Task WhoMissedManySentences_IsToldToReadTheLogAgain_NotSentHalfOfIt()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        await run.Step(1);
        await run.Say(500);
        await run.Step(2);
        await using HubConnection hub = await LiveRun.Connect(site);
        RunMessage most = await Subscribe(hub, run.Id, lastEvent: 2, lastStep: 1);
        Assert.Equal((500, false), (most.Log.Count, most.GapTooLarge));
        RunMessage gap = await Subscribe(hub, run.Id, lastEvent: 1, lastStep: 1);
        Assert.True(gap.GapTooLarge);
        Assert.Equal([RunHistories.Log], gap.ReadAgain);
        Assert.Empty(gap.Log);
        Assert.Equal([1L, 2L], gap.Metrics["reward"].Steps);
    }

    [Fact]
    public async Task AClientThatDoesNotRead_GetsOneJoinedMessage_WhenItReadsAgain()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        RunFeed feed = site.Services.GetRequiredService<RunFeed>();
        using RawClient client = await RawClient.Connect(site);
        await client.Call(nameof(RunHub.Subscribe), run.Id, null, null, null);
        // More than all buffers on the way hold, so sending it ends only when it is read.
        feed.Publish(Update(1) with { Values = [.. Enumerable.Range(0, 20_000).Select(i => new LiveValue(new string('x', 1000) + i, 1, i))] });
        await client.ReadSome();
        for (int n = 2; n <= 300; n++) feed.Publish(Update(n) with { Values = [new LiveValue("reward", n, n)] });

        JsonElement large = await client.NextUpdate(), joined = await client.NextUpdate();

        Assert.Equal((1L, 20_000), (large.GetProperty("last_event").GetInt64(), large.GetProperty("metrics").EnumerateObject().Count()));
        Assert.Equal(300, joined.GetProperty("last_event").GetInt64());
        Assert.Equal(Enumerable.Range(2, 299), joined.GetProperty("metrics").GetProperty("reward").GetProperty("steps").EnumerateArray().Select(s => s.GetInt32()));

        RunUpdate Update(long n) => new(run.Id, n, new RunProgress(RunState.Running, null, "ril", n, null, null, n), [], [], []);
    }

    [Fact]
    public async Task MoreRunsThanAConnectionMayWatch_AreRefusedWithASentence()
    {
        string[] runs = [.. Enumerable.Range(0, 201).Select(_ => Identifier.Create())];
        await using (RilDb db = await site.Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContextAsync(Cancellation))
        {
            foreach (string id in runs) db.Add(new Run { Id = id, Name = "watched", Config = "{}", State = RunState.Archived, CreatedAt = DateTimeOffset.UnixEpoch });
            await db.SaveChangesAsync(Cancellation);
        }
        await using HubConnection hub = await LiveRun.Connect(site);
        foreach (string id in runs[..200]) Assert.NotNull(await Subscribe(hub, id, null, null));
        foreach (string method in (string[])[nameof(RunHub.Subscribe), nameof(RunHub.Choose)])
        {
            object?[] arguments = method == nameof(RunHub.Choose) ? [runs[200], null] : [runs[200], null, null, null];
            Assert.Contains("watches 200 runs already", (await Assert.ThrowsAsync<HubException>(() => hub.InvokeCoreAsync(method, typeof(object), arguments, Cancellation))).Message, StringComparison.Ordinal);
        }
        Assert.NotNull(await Subscribe(hub, runs[0], null, null));
        await hub.InvokeAsync(nameof(RunHub.Unsubscribe), runs[0], Cancellation);
        Assert.NotNull(await Subscribe(hub, runs[200], null, null));
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
        LiveRun other = await LiveRun.Create(site, "reward");
        await Subscribe(hub, other.Id, null, null);
        await run.Step(2);
        await other.Step(1);
        // Whatever was told of the first run would have come before the other's step.
        while ((message = await Next(news)).Run != other.Id) Assert.NotEqual((run.Id, 2L), (message.Run, message.Progress.Step));
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
