using RIL.Training;
using RIL.Training.Configuration;
using RIL.Training.Runs;

namespace RIL.Tests.Training.Runs;

/// <summary>Runs in which nothing can be learnt: without a KL term, from a student that is never right.</summary>
public sealed class IdleRunTests : IDisposable
{
    private readonly TinyRun _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData(2, 2)]
    [InlineData(10, 5)] // fewer steps than that: none of them learnt
    public void ARunThatLearnsNothing_EndsAndSaysWhy(int mostIdle, int idle)
    {
        RunConfig config = Idle("idle") with { MaxIdleSteps = mostIdle };
        string message = Assert.Throws<InputException>(() => TinyRun.Execute(config)).Message;
        Assert.Contains($"{idle} steps in a row: 4 of 4 have the mean reward of their group", message, StringComparison.Ordinal);
        RunEvent[] events = [.. RunEvents.Read(new RunFolder(config.OutputDir!).Events)];
        Assert.IsType<FailedEvent>(events[^1]);
        Assert.Single(events.OfType<LogEvent>(), e => e is { Level: "warning" }
            && e.Text.Contains("nothing was learnt", StringComparison.Ordinal));
        Assert.Equal(idle, events.OfType<MetricsEvent>().Count(e => e.Metrics.ContainsKey("frac_reward_zero_std")));
    }

    [Fact]
    public void Resume_CountsOnFromTheCheckpoint()
    {
        RunConfig config = Idle("resumed") with { MaxIdleSteps = 4, SaveSteps = 3 };
        string first = Assert.Throws<InputException>(() => TinyRun.Execute(config)).Message;
        Assert.Equal(first, Assert.Throws<InputException>(() => TinyRun.Execute(config with { ResumeFromCheckpoint = "latest" })).Message);
        Assert.Equal("completed", TinyRun.Execute(config with { ResumeFromCheckpoint = "latest", MaxIdleSteps = 0 }));
    }

    private RunConfig Idle(string name) => _runs.Config(name) with
    {
        SftSteps = 0, RewardWeights = new(0, 1), TeachersInGroup = false, Teachers = [], Beta = 0, EvalSteps = 0, EvalDataset = null,
    };
}
