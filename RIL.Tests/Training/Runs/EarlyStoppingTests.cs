using RIL.Training;
using RIL.Training.Configuration;
using RIL.Training.Runs;
using RIL.Training.Stages;

namespace RIL.Tests.Training.Runs;

public sealed class EarlyStoppingTests : IDisposable
{
    private readonly TinyRun _runs = new();

    public void Dispose() => _runs.Dispose();

    // transformers: the first evaluation sets the best, one that is not above it counts, one above it begins to count anew.
    [Theory]
    [InlineData(1, "0.5 0.5", 2)]
    [InlineData(2, "0.5 0.6 0.6 0.5 0.9", 4)]
    [InlineData(2, "0.5 0.4 0.6 0.5 0.5 0.9", 5)]
    [InlineData(3, "0.1 0.2 0.3", 0)]
    [InlineData(2, "none none 0.3", 2)]
    [InlineData(2, "0.5 none none", 3)]
    [InlineData(0, "0.5 0.5 0.5 0.5", 0)]
    public void AStageEnds_AfterSoManyEvaluationsWithoutImprovement(int patience, string accuracies, int ends)
    {
        var stopping = new EarlyStopping(patience);
        int heard = 0;
        foreach (string accuracy in accuracies.Split(' '))
        {
            stopping.Hear(accuracy == "none" ? null : double.Parse(accuracy, System.Globalization.CultureInfo.InvariantCulture));
            heard++;
            var resumed = new EarlyStopping(patience); // as a checkpoint after each would have it
            resumed.Restore(stopping.State());
            stopping = resumed;
            if (stopping.Ends) break;
        }
        Assert.Equal(ends, stopping.Ends ? heard : 0);
    }

    [Fact]
    public void ARunThatNoLongerImproves_SaysSo_AndGoesOnToItsEvaluation()
    {
        Assert.Equal("completed", TinyRun.Execute(Config("whole")));
        RunEvent[] events = [.. RunEvents.Read(new RunFolder(_runs.Folder("whole")).Events)];

        // Nothing is ever right here: the best is 0 at once, and two evaluations are not above it.
        Assert.Equal(6, events.OfType<ProgressEvent>().Last(e => e.Stage == "ril").Step);
        Assert.Contains(events.OfType<LogEvent>(), e => e.Text.StartsWith(
            "Stage ril ends early, after step 6 of 20: the accuracy on the validation questions was never again above 0 in the last 2",
            StringComparison.Ordinal));
        Assert.Equal("evaluation", events.OfType<StageEvent>().Last().Stage);
        Assert.Equal("ril", ((FinishedEvent)events[^1]).Summary!.Evaluations.Last().Model);
        long[] steps = [.. events.OfType<MetricsEvent>().Select(e => e.Step).Distinct()];
        Assert.Equal(steps[^2] + 1, steps[^1]); // the run's steps have no gap
    }

    [Theory]
    [InlineData(3)] // between evaluations
    [InlineData(4)] // after one, before a checkpoint
    [InlineData(5)]
    [InlineData(6)] // at the early end
    public void Resume_AfterTheProcessEnded_EndsAtTheSameStep_WithTheSameWeights(int step)
    {
        TinyRun.Execute(Config("whole"));
        Assert.Throws<IOException>(() => TinyRun.Execute(Config("broken"), new EndsAt(step)));
        TinyRun.Execute(Config("broken") with { ResumeFromCheckpoint = "latest" });

        Assert.Equal(_runs.Events("whole"), _runs.Events("broken"));
        Assert.All(_runs.Bits("whole"), file => Assert.True(file.Value.AsSpan().SequenceEqual(_runs.Bits("broken")[file.Key]), file.Key));
    }

    [Fact]
    public void Resume_AfterTheEarlyEnd_GoesOnWithTheEvaluation()
    {
        TinyRun.Execute(Config("whole"));
        Assert.Throws<IOException>(() => TinyRun.Execute(Config("broken"), new EndsAt(0)));
        TinyRun.Execute(Config("broken") with { ResumeFromCheckpoint = "latest" });

        Assert.Equal(_runs.Events("whole"), _runs.Events("broken"));
    }

    [Fact]
    public void ABaselineThatOnlyFineTunes_EndsEarlyToo()
    {
        RunConfig config = Config("sft") with { Policy = PolicyStage.None, SftSteps = 20 };
        Assert.Equal("completed", TinyRun.Execute(config));
        Assert.Equal(6, RunEvents.Read(new RunFolder(config.OutputDir!).Events).OfType<ProgressEvent>().Last(e => e.Stage == "sft").Step);
    }

    [Fact]
    public void PatienceWithoutEvaluations_IsRefused() => Assert.Contains("eval_steps is 0", Assert.Throws<InputException>(() =>
        RunConfigCheck.Checked(Config("none") with { EvalSteps = 0 }, "test")).Message, StringComparison.Ordinal);

    private RunConfig Config(string name) => _runs.Config(name) with { MaxSteps = 20, EarlyStoppingPatience = 2, SaveSteps = 3 };

    // At a step of reinforcement, or, for 0, when the closing evaluation begins.
    private sealed class EndsAt(int step) : IRunObserver
    {
        private bool _ended;

        public void Observe(RunEvent happened)
        {
            _ended |= step == 0 ? happened is StageEvent { Stage: "evaluation" }
                : happened is ProgressEvent { Stage: "ril" } progress && progress.Step == step;
            if (_ended) throw new IOException("ended");
        }
    }
}
