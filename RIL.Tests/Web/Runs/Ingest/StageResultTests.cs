using RIL.Training.Runs;
using RIL.Web.Runs.Ingest;

namespace RIL.Tests.Web.Runs.Ingest;

/// <summary>Where stages begin and what they came to does not depend on how many events are read at once, nor on steps that a resumption made void.</summary>
public sealed class StageResultTests : IDisposable
{
    private readonly WrittenRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AStage_BeginsAtTheStepThatTheRunHadReached_HoweverItWasRead(bool eventByEvent)
    {
        Func<Task> read = eventByEvent ? _run.Read : () => Task.CompletedTask;
        _run.Write(new StageEvent("sft", 3));
        await read();
        for (int step = 1; step <= 3; step++) await Metrics("sft", step, 1.0 / step);
        _run.Write(new StageEvent("ril", 2));
        await read();
        for (int step = 4; step <= 5; step++) await Metrics("ril", step, step);
        _run.Write(new StageEvent("evaluation"));
        await _run.Read();

        Assert.Equal([("sft", 0L, 1.0 / 3), ("ril", 3, 5), ("evaluation", 5, double.NaN)], Stages());
        Assert.Equal(3, StageHistory.RilStart(_run.Load()));

        async Task Metrics(string stage, int step, double loss)
        {
            _run.Write(WrittenRun.Line(++_run.Number, step, [("loss", loss)], stage));
            await read();
        }
    }

    [Fact]
    public async Task AResumption_TakesBackTheResultsOfVoidSteps()
    {
        _run.Write(new StageEvent("sft", 2));
        Metrics("sft", 1, ("loss", 3));
        Metrics("sft", 2, ("loss", 2));
        _run.Write(new StageEvent("ril", 6));
        Metrics("ril", 3, ("loss", 0.3), ("reward", 0.1));
        Metrics("ril", 4, ("loss", 0.4), ("reward", double.NaN));
        long from = _run.Write(new CheckpointEvent(4, "checkpoint-4"));
        Metrics("ril", 5, ("loss", 0.5), ("reward", 0.2), ("eval/accuracy", 0.9));
        _run.Write(new StageEvent("evaluation"));
        await _run.Read();
        Assert.Equal(["eval/accuracy", "loss", "reward"], StageHistory.Read(_run.Load().Stages)[1].Results.Keys.Order());

        _run.Write(new ResumedEvent(from, 4, "checkpoint-4", "cpu"));
        await _run.Read();

        Assert.Equal([("sft", 0L, 2), ("ril", 2, 0.4)], Stages());
        RunStage ril = StageHistory.Read(_run.Load().Stages)[1];
        Assert.Null(ril.EndedAt);
        Assert.Equal([("loss", 0.4), ("reward", 0.1)], ril.Results.Select(r => (r.Key, r.Value)).OrderBy(r => r.Key));
    }

    private void Metrics(string stage, int step, params (string, double)[] values) => _run.Write(WrittenRun.Line(++_run.Number, step, values, stage));

    private IEnumerable<(string, long, double)> Stages() => StageHistory.Read(_run.Load().Stages).Select(s => (s.Name, s.Step, s.Results.GetValueOrDefault("loss", double.NaN)));
}
