using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RIL.Web.Api;
using RIL.Web.Runs;
using RIL.Web.Runs.Live;

namespace RIL.Tests.Web.Runs.Live;

public sealed class RunFeedTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly RunFeed _feed = new(TimeProvider.System, NullLogger<RunFeed>.Instance);

    [Fact]
    public async Task ASlowReader_GetsOneJoinedUpdate_WithTheNewestState()
    {
        var first = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var second = new TaskCompletionSource<RunUpdate>();
        int calls = 0;
        using IDisposable subscription = _feed.Subscribe("run", async update =>
        {
            if (Interlocked.Increment(ref calls) > 1)
            {
                second.TrySetResult(update);
                return;
            }
            first.SetResult();
            await goOn.Task;
        });
        _feed.Publish(Update(1));
        await first.Task;
        for (int n = 2; n <= 1000; n++) _feed.Publish(Update(n));
        goOn.SetResult();
        RunUpdate joined = await second.Task;
        Assert.Equal((1000L, 1000L, 999, RunHistories.None), (joined.LastEvent, joined.Progress.Step, joined.Values.Count, joined.Gap));
        Assert.Equal(Enumerable.Range(2, 999).Select(n => (long)n), joined.Values.Select(v => v.Step));
    }

    [Fact]
    public async Task ReadersOfOneUpdate_GetOneMessage_WrittenOnceAsItWouldBeForEach()
    {
        var messages = Channel.CreateUnbounded<RunMessage>();
        Task Receive(RunUpdate update) => messages.Writer.WriteAsync(RunMessage.Of(update)).AsTask();
        using IDisposable one = _feed.Subscribe("run", Receive), other = _feed.Subscribe(null, Receive);
        _feed.Publish(Update(1) with { Values = [new LiveValue("reward", 1, 0.5), new LiveValue("loss", 1, double.NaN)] });
        RunMessage[] both = [await messages.Reader.ReadAsync(Cancellation), await messages.Reader.ReadAsync(Cancellation)];
        Assert.Same(both[0], both[1]);

        JsonSerializerOptions plain = new(JsonSerializerDefaults.Web), shared = new(JsonSerializerDefaults.Web);
        ApiFeature.Configure(plain);
        ApiFeature.Configure(shared);
        var counted = new Counted(plain);
        shared.Converters.Add(new SharedMessages(new JsonSerializerOptions(plain) { Converters = { counted } }));
        string expected = JsonSerializer.Serialize(both, plain);
        Assert.Contains("\"loss\":{\"steps\":[1],\"values\":[null]}", expected, StringComparison.Ordinal);
        for (int i = 0; i < 2; i++) Assert.Equal(expected, JsonSerializer.Serialize(both, shared));
        Assert.Equal(1, counted.Writes);
    }

    [Fact]
    public void WhoMissesTooMuch_IsToldSo_AndTheQueueStaysBounded()
    {
        var pending = new PendingUpdate(Update(1));
        for (int n = 2; n <= PendingUpdate.MostValues + 10; n++) pending.Join(Update(n));
        RunUpdate joined = pending.Take();
        Assert.Equal(RunHistories.Metrics, joined.Gap);
        Assert.Equal((PendingUpdate.MostValues, PendingUpdate.MostValues + 10L), (joined.Values.Count, joined.Values[^1].Step));
    }

    [Fact]
    public void WhoMissesTooManySentences_ReadsTheLogAgain_AndNothingElse()
    {
        RunLogLine Line(long n) => new() { RunId = "run", Number = n, Level = "info", Text = $"{n}" };
        var pending = new PendingUpdate(Update(1));
        for (int n = 2; n <= 1002; n++) pending.Join(Update(n) with { Log = [Line(n)] });
        RunUpdate joined = pending.Take();
        Assert.Equal((RunHistories.Log, 1002L), (joined.Gap, joined.Log[^1].Number));
        Assert.Equal(1002, joined.Values.Count);
    }

    [Fact]
    public async Task AReader_GetsFourDeliveriesASecond_HoweverMuchComes()
    {
        var clock = new TimerClock();
        var feed = new RunFeed(clock, NullLogger<RunFeed>.Instance);
        var got = Channel.CreateUnbounded<RunUpdate>();
        using IDisposable subscription = feed.Subscribe("run", update => got.Writer.WriteAsync(update).AsTask());
        feed.Publish(Update(1));
        Assert.Equal(1, (await Next(got.Reader)).LastEvent);
        long number = 1;
        for (int quarter = 0; quarter < 8; quarter++)
        {
            Assert.True(await clock.Timers.WaitAsync(Long, TestContext.Current.CancellationToken)); // the reader rests
            for (int i = 0; i < 100; i++) feed.Publish(Update(++number));
            clock.Advance(TimeSpan.FromMilliseconds(249));
            Assert.False(got.Reader.TryRead(out _));
            clock.Advance(TimeSpan.FromMilliseconds(1));
            RunUpdate joined = await Next(got.Reader);
            Assert.Equal((number, 100), (joined.LastEvent, joined.Values.Count));
        }
    }

    [Fact]
    public void ARewind_VoidsWhatWasPending_ButNotWhatComesAfterIt()
    {
        var pending = new PendingUpdate(Update(8));
        pending.Join(Update(9));
        pending.Join(Update(10) with { RewoundTo = 8, Values = [] });
        pending.Join(Update(9) with { LastEvent = 11 });
        RunUpdate joined = pending.Take();
        Assert.Equal(8, joined.RewoundTo);
        Assert.Equal([8L, 9L], joined.Values.Select(v => v.Step));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void AStateThatAPersonChanged_AndEventsOfTheTrainer_MayComeInEitherOrder(bool eventsFirst)
    {
        RunUpdate events = Update(9) with { Version = 3 }, action = Update(8) with { Version = 4, Values = [] };
        action = action with { Progress = action.Progress with { State = RunState.Stopping, Reason = "asked" } };
        var pending = new PendingUpdate(eventsFirst ? events : action);
        pending.Join(eventsFirst ? action : events);
        RunUpdate joined = pending.Take();
        Assert.Equal((RunState.Stopping, "asked", 9L, 9L), (joined.Progress.State, joined.Progress.Reason, joined.Progress.Step, joined.LastEvent));
    }

    [Fact]
    public void Rewinds_AreRemembered_ForWhoWasAway()
    {
        _feed.Publish(Update(100) with { RewoundTo = 40 });
        _feed.Publish(Update(200) with { RewoundTo = 60 });
        Assert.Equal((40L, 60L, null), (_feed.RewoundSince("run", 99), _feed.RewoundSince("run", 100), _feed.RewoundSince("run", 200)));
        for (int n = 300; n < 400; n++) _feed.Publish(Update(n) with { RewoundTo = n });
        Assert.Equal(40L, _feed.RewoundSince("run", 99));
        Assert.Null(_feed.RewoundSince("other", 0));
    }

    [Fact]
    public async Task AReaderThatFails_GetsTheNextUpdate_AndTheOthersAll()
    {
        var again = new TaskCompletionSource();
        int calls = 0;
        using IDisposable bad = _feed.Subscribe("run", _ =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                // Before the fault is seen, so that the second one is certainly pending.
                _feed.Publish(Update(2));
                throw new InvalidOperationException("a fault of the reader");
            }
            again.SetResult();
            return Task.CompletedTask;
        });
        _feed.Publish(Update(1));
        await again.Task.WaitAsync(Long, TestContext.Current.CancellationToken);
    }

    private static Task<RunUpdate> Next(ChannelReader<RunUpdate> got) => got.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Long, TestContext.Current.CancellationToken);

    private static RunUpdate Update(long n) => new("run", n, new RunProgress(RunState.Running, null, "ril", n, 1000, null, n), [new LiveValue("reward", n, n / 2.0)], [], []);

    /// <summary>A clock that is moved by hand and says when somebody waits for it.</summary>
    private sealed class TimerClock : FakeTimeProvider
    {
        public SemaphoreSlim Timers { get; } = new(0);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = base.CreateTimer(callback, state, dueTime, period);
            Timers.Release();
            return timer;
        }
    }

    // How often the part of a message that every message has was written.
    private sealed class Counted(JsonSerializerOptions plain) : JsonConverter<RunProgress>
    {
        public int Writes { get; private set; }

        public override RunProgress? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, RunProgress value, JsonSerializerOptions options)
        {
            Writes++;
            JsonSerializer.Serialize(writer, value, plain);
        }
    }
}
