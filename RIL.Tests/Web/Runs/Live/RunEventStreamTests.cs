using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using RIL.Web.Runs.Live;

namespace RIL.Tests.Web.Runs.Live;

public sealed class RunEventStreamTests(SiteFixture site)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheStream_TellsWhatComes_AndEndsWithTheRun()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        await run.Step(1);
        await using IAsyncEnumerator<SseItem<string>> events = Follow(await Open(run.Id, null));
        SseItem<string> now = await Next(events);
        Assert.Equal(("progress", "1-1"), (now.EventType, now.EventId));
        Assert.Equal("running", JsonDocument.Parse(now.Data).RootElement.GetProperty("state").GetString());
        await run.Step(2, 0.25);
        SseItem<string> metrics = await Next(events);
        Assert.Equal("metrics", metrics.EventType);
        Assert.Equal(0.25, JsonDocument.Parse(metrics.Data).RootElement.GetProperty("metrics").GetProperty("reward").GetProperty("values")[0].GetDouble());
        SseItem<string> log = await Next(events);
        Assert.Equal(("log", "step 2"), (log.EventType, JsonDocument.Parse(log.Data).RootElement.GetProperty("text").GetString()));
        Assert.Equal("2-2", (await Next(events)).EventId);
        await run.End();
        Assert.Equal("end", (await Next(events)).EventType);
        Assert.False(await events.MoveNextAsync());
    }

    [Fact]
    public async Task LastEventId_BringsWhatWasMissed_FromThere()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 1; step <= 4; step++) await run.Step(step);
        await run.End();
        await using IAsyncEnumerator<SseItem<string>> events = Follow(await Open(run.Id, "2-2"));
        SseItem<string> missed = await Next(events);
        Assert.Equal([2, 3, 4], JsonDocument.Parse(missed.Data).RootElement.GetProperty("metrics").GetProperty("reward").GetProperty("steps").EnumerateArray().Select(s => s.GetInt32()));
        Assert.Equal(["log", "log", "checkpoints", "end"], [(await Next(events)).EventType, (await Next(events)).EventType, (await Next(events)).EventType, (await Next(events)).EventType]);
        // Who has everything of a run that has ended is told not to ask again.
        Assert.Equal(HttpStatusCode.NoContent, (await Open(run.Id, "4-4")).StatusCode);
    }

    [Fact]
    public async Task WhoMissedTooMuch_IsToldWhichHistoryToReadAgain()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        await run.Step(1);
        await run.Say(501);
        await using IAsyncEnumerator<SseItem<string>> events = Follow(await Open(run.Id, "1-1"));
        SseItem<string> gap = await Next(events);
        JsonElement data = JsonDocument.Parse(gap.Data).RootElement;
        Assert.Equal(("gap", "Too much has happened since: read the log again."), (gap.EventType, data.GetProperty("sentence").GetString()));
        Assert.Equal(["log"], data.GetProperty("read_again").EnumerateArray().Select(h => h.GetString()));
        Assert.Equal("metrics", (await Next(events)).EventType);
        await run.End();
    }

    [Fact]
    public async Task ARunThatDoesNotExist_IsAProblem()
    {
        HttpResponseMessage answer = await Open("nothing", null);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("12-7", 12L, 7L)]
    [InlineData("12", 12L, null)]
    [InlineData("x-7", null, 7L)]
    [InlineData(null, null, null)]
    public void ThePosition_IsReadFromTheIdentifier(string? id, long? number, long? step) => Assert.Equal((number, step), RunEventStream.Position(id));

    private async Task<HttpResponseMessage> Open(string run, string? lastId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/runs/{run}/events");
        if (lastId is not null) request.Headers.Add("Last-Event-ID", lastId);
        return await site.Viewer.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    private static IAsyncEnumerator<SseItem<string>> Follow(HttpResponseMessage answer)
    {
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        return SseParser.Create(answer.Content.ReadAsStream(Cancellation)).EnumerateAsync(Cancellation).GetAsyncEnumerator(Cancellation);
    }

    private static async Task<SseItem<string>> Next(IAsyncEnumerator<SseItem<string>> events)
    {
        Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), Cancellation));
        return events.Current;
    }
}
