using RIL.Training.Configuration;
using RIL.Training.Rewards;
using RIL.Training.Runs;

namespace RIL.Tests.Training.Evaluation;

public sealed class UndecidedRunTests : IDisposable
{
    private readonly TinyRun _runs = new();

    public void Dispose() => _runs.Dispose();

    // The truths are words and numbers, so none names an option.
    [Fact]
    public void ARunWhoseJudgeCanDecideNothing_HoldsItsCheckpointsAndEndsWithAGap()
    {
        RunConfig config = _runs.Config("undecided") with { Judge = JudgeRule.MultipleChoice, MaxSteps = 0 };
        Assert.Equal("completed", TinyRun.Execute(config));
        List<RunEvent> events = [.. RunEvents.Read(new RunFolder(config.OutputDir!).Events)];
        Assert.All(((FinishedEvent)events[^1]).Summary!.Evaluations, e =>
        {
            Assert.Equal((null, 0), (e.Accuracy, e.Judged));
            Assert.True(e.Questions > 0 && e.Undecided == e.Questions);
        });
        Assert.DoesNotContain(events.OfType<MetricsEvent>(), m => m.Metrics.ContainsKey("eval/accuracy"));
    }
}
