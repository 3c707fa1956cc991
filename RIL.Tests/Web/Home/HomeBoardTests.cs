using RIL.Web.Home;
using RIL.Web.Runs;
using RIL.Web.Runs.Jobs;
using RIL.Web.Runs.Live;
using RIL.Web.Runs.Metrics;
using RIL.Web.Runs.Pages;

namespace RIL.Tests.Web.Home;

public sealed class HomeBoardTests
{
    private static readonly HomeReading Nothing = new(1, [], [], [], [], 1);
    private static readonly IReadOnlyList<WaitingRun> Queue = [Waiting("a"), Waiting("b"), Waiting("c"), Waiting("d")];

    [Fact]
    public async Task ValuesGoIntoTheCard_AndOnlyAnotherStateOrAPersonsChangeReadsTheRestAgain()
    {
        Run run = Working();
        var board = new HomeBoard();
        await board.Take(Nothing with { Working = [run] }, r => Task.FromResult(new LiveRun(r, new Dictionary<string, RecentMetric>())));
        int drawn = 0;
        board.Live[0].Changed += () => drawn++;
        RunUpdate values = RunUpdate.Of(run) with { LastEvent = 6, Values = [new LiveValue("reward", 1, 0.5)] };

        Assert.False(board.Apply(values));
        Assert.Equal((1, 0.5), (drawn, board.Live[0].Values("reward")[^1].Value));
        Assert.True(board.Apply(values with { Values = [] })); // renamed, or moved in the queue
        Assert.False(board.Apply(values with { LastEvent = 7, Values = [] }));
        Assert.True(board.Apply(values with { LastEvent = 8, Progress = values.Progress with { State = RunState.Finished } }));
        Assert.True(board.Apply(values with { RunId = "anotherrun" }));
    }

    [Fact]
    public async Task ARunThatIsStillAtWork_KeepsItsCard()
    {
        Run run = Working();
        var board = new HomeBoard();
        Task<LiveRun> Open(Run r) => Task.FromResult(new LiveRun(r, new Dictionary<string, RecentMetric>()));
        await board.Take(Nothing with { Working = [run] }, Open);
        LiveRun card = board.Live[0];
        await board.Take(Nothing with { Working = [Working("other"), run] }, Open);
        Assert.Same(card, board.Live[1]);
        await board.Take(Nothing, Open);
        Assert.Empty(board.Live);
    }

    [Fact]
    public void ACard_HoldsTheNewestValues_OnceEach_AndForgetsWhatARestartMadeVoid()
    {
        var summary = new MetricSummary { RunId = "r", Name = "loss" };
        var live = new LiveRun(Working(), new Dictionary<string, RecentMetric> { ["loss"] = new([(1, 3), (2, 2)], summary) });
        RunUpdate news = RunUpdate.Of(Working());

        live.Apply(news with { Values = [new LiveValue("loss", 2, 2), new LiveValue("loss", 3, 1)] });
        Assert.Equal([3.0, 2, 1], live.Values("loss").Select(v => v.Value));
        live.Apply(news with { RewoundTo = 1, Values = [new LiveValue("loss", 2, 2.5)] });
        Assert.Equal([3.0, 2.5], live.Values("loss").Select(v => v.Value));
        live.Apply(news with { Values = [.. Enumerable.Range(3, 200).Select(i => new LiveValue("loss", i, i))] });
        Assert.Equal(LiveRun.Kept, live.Values("loss").Count);
        Assert.Equal(202, live.Values("loss")[^1].Value);
        Assert.Empty(live.Values("reward"));
    }

    [Fact]
    public void HomeHears_OnlyTheMetricsThatItShows()
    {
        RunUpdate news = RunUpdate.Of(Working()) with { Values = [new LiveValue("loss", 1, 1), new LiveValue("grad_norm", 1, 1)], Log = [new RunLogLine { RunId = "r", Number = 1, Level = "info", Text = "x" }] };
        Assert.Equal(["loss"], HomeBoard.Choose(news).Values.Select(v => v.Metric));
        Assert.Empty(HomeBoard.Choose(news).Log);
    }

    [Theory]
    [InlineData("b", -1, true, "a")]
    [InlineData("b", 1, true, "d")]
    [InlineData("c", 1, true, null)]
    [InlineData("c", 9, true, null)]
    [InlineData("d", -9, true, "a")]
    [InlineData("a", -1, false, null)]
    [InlineData("d", 1, false, null)]
    [InlineData("gone", 1, false, null)]
    public void AMoveByPlaces_NamesTheRunToStandBefore(string id, int places, bool moves, string? before)
    {
        Assert.Equal(moves, QueueMove.By(Queue, id, places, out string? found));
        Assert.Equal(before, found);
    }

    [Theory]
    [InlineData("d", "b", true, "b")]
    [InlineData("a", "c", true, "d")]
    [InlineData("a", "d", true, null)]
    [InlineData("a", "a", false, null)]
    public void ADroppedRun_TakesThePlaceOfTheOneItFallsOn(string id, string target, bool moves, string? before)
    {
        Assert.Equal(moves, QueueMove.Onto(Queue, id, target, out string? found));
        Assert.Equal(before, found);
    }

    [Fact]
    public void ASmallLine_RunsFromTheLowestToTheHighestValue_AndLeavesOutWhatIsNoNumber()
    {
        Assert.Equal("0,22.5 50,12 100,1.5", SparklinePath.Of([(10, 0), (15, double.NaN), (20, 0.5), (30, 1)], 100, 24));
        Assert.Equal("0,12 100,12", SparklinePath.Of([(1, 7), (2, 7)], 100, 24));
        Assert.Null(SparklinePath.Of([(1, 7), (2, double.NaN)], 100, 24));
    }

    private static WaitingRun Waiting(string id) => new(id, id, 0, 0, null, "");

    private static Run Working(string id = "abcdefghjk") => new() { Id = id, Name = "x", Config = "{}", State = RunState.Running, Stage = "ril", LastEvent = 5 };
}
