using RIL.Training;
using RIL.Training.Configuration;
using RIL.Training.Grpo;
using RIL.Training.Optimizers;
using RIL.Training.Rewards;
using RIL.Training.Runs;
using RIL.Training.Stages;

namespace RIL.Tests.Training.Runs;

public sealed class RilRunTests(RilRunTests.WholeRun runs) : IClassFixture<RilRunTests.WholeRun>
{
    private const string Whole = "whole";
    private readonly TinyRun _runs = runs.Tiny;

    [Fact]
    public void TheSameConfiguration_GivesTheSameEventsAndWeights()
    {
        TinyRun.Execute(_runs.Config("again"));
        AssertSame("again");
    }

    [Theory]
    [InlineData("sft", 1)] // before the first checkpoint
    [InlineData("sft", 4)]
    [InlineData("sft", 5)]
    [InlineData("discriminator", 3)]
    [InlineData("ril", 1)]
    [InlineData("ril", 4)]
    [InlineData("ril", 5)]
    [InlineData("evaluation", 1)]
    public void Resume_AfterTheProcessEnded_GivesTheSameEventsAndWeights(string stage, int step)
    {
        string name = $"ended-{stage}-{step}";
        Assert.Throws<EndedException>(() => TinyRun.Execute(_runs.Config(name), new EndsAt(stage, step)));
        TinyRun.Execute(_runs.Config(name) with { ResumeFromCheckpoint = "latest" });
        AssertSame(name);
    }

    [Fact]
    public void Resume_AfterEveryStep_GivesTheSameWeights()
    {
        RunConfig config = _runs.Config("patched") with { SaveSteps = 1 };
        int processes = 0;
        for (string? state = null; state != "completed"; processes++)
        {
            RunConfig next = config with { ResumeFromCheckpoint = processes == 0 ? null : "latest" };
            using RunSession session = RunSession.Open(next, [new AsksToStop(config.OutputDir!)], signals: false);
            state = RilRun.Execute(session);
            Assert.Contains(state, (string[])["stopped", "completed"]);
        }
        Assert.InRange(processes, 12, 20);
        AssertSameWeights("patched");
    }

    [Fact]
    public void ALossThatIsNoNumber_StopsWithTheLastGoodCheckpointNamed()
    {
        // Weights of this size overflow in the first product.
        RunConfig config = _runs.Config("diverges") with { SftLearningRate = 1e30, SftWarmupSteps = 3,
            SftSchedule = LearningRateSchedule.ConstantWithWarmup, AdamEpsilon = 0 };
        string message = Assert.Throws<InputException>(() => TinyRun.Execute(config with { SaveSteps = 1 })).Message;
        Assert.Contains("not a number", message, StringComparison.Ordinal);
        Assert.Contains("the last good checkpoint is " + _runs.Folder("diverges"), message, StringComparison.Ordinal);
        Assert.IsType<FailedEvent>(RunEvents.Read(new RunFolder(_runs.Folder("diverges")).Events).Last());
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("imitation")]
    [InlineData("grpo")]
    [InlineData("dr_grpo")]
    [InlineData("similarity_only")]
    [InlineData("frozen_discriminator")]
    public void Baselines_AreSettingsOfTheSameRun(string preset)
    {
        RunConfig config = _runs.Config(preset);
        config = preset switch
        {
            "sft" => config with { Policy = PolicyStage.None },
            "imitation" => config with { Policy = PolicyStage.None, SftSource = SftSource.RightTeacherAnswers },
            // A judge that would abstain on most is not asked.
            "similarity_only" => config with { RewardWeights = new(1, 0), Judge = JudgeRule.Numeric },
            "frozen_discriminator" => config with { TrainDiscriminator = false },
            _ => config with { RewardWeights = new(0, 1), TeachersInGroup = false, Teachers = [], LossType = preset == "grpo"
                ? LossType.Grpo : LossType.DrGrpo, ScaleRewards = preset == "grpo" ? ScaleRewards.Group : ScaleRewards.None },
        };
        Assert.Equal("completed", TinyRun.Execute(config));
        var events = RunEvents.Read(new RunFolder(config.OutputDir!).Events).ToList();
        string[] stages = [.. events.OfType<StageEvent>().Select(e => e.Stage)];
        string policy = preset is "grpo" or "dr_grpo" ? preset : "ril"; // said as what it is
        Assert.Equal(preset is not ("sft" or "imitation"), stages.Contains(policy));
        Assert.Equal(preset is "similarity_only" or "frozen_discriminator", stages.Contains("discriminator"));
        RunSummary summary = ((FinishedEvent)events[^1]).Summary!;
        Assert.Equal(config.TrainsPolicy ? ["before", "sft", policy] : ["before", "sft"], summary.Evaluations.Select(e => e.Model));
        Assert.True(File.Exists(Path.Combine(config.OutputDir!, "student", "model.safetensors")));
        MetricsEvent[] scored = [.. events.OfType<MetricsEvent>()
            .Where(e => e.Stage == "ril" && e.Metrics.ContainsKey("discriminator/accuracy"))];
        Assert.Equal(preset is "similarity_only" or "frozen_discriminator", scored.Length > 0);
        Assert.All(scored, e => Assert.Equal(preset != "frozen_discriminator", e.Metrics.ContainsKey("discriminator/loss")));
        if (preset != "similarity_only") return;
        Assert.All(scored, e => Assert.DoesNotContain(e.Metrics.Keys, k => k.StartsWith("judge/", StringComparison.Ordinal)
            || k.Contains("rewards/answer", StringComparison.Ordinal)));
        Assert.All(scored, e => Assert.True(e.Metrics.ContainsKey("reward") && e.Metrics["loss"] != 0));
    }

    [Fact]
    public void QuestionsThatTheJudgeCannotDecide_AreRefused_AndMakeARunWhereItHasNoSay()
    {
        RunConfig config = TextRun("undecided", _ => "yes");
        Assert.Contains("can decide none of the 6 ground truths", Assert.Throws<InputException>(() => TinyRun.Execute(config)).Message,
            StringComparison.Ordinal);
        Assert.Equal("completed", TinyRun.Execute(config with { RewardWeights = new(1, 0) }));
        var events = RunEvents.Read(new RunFolder(config.OutputDir!).Events).ToList();
        Assert.Contains(events.OfType<LogEvent>(), e => e.Text.EndsWith("there are no pictures.", StringComparison.Ordinal));
        ModelAccuracy teacher = ((FinishedEvent)events[^1]).Summary!.Evaluations.Single(e => e.Model == "long");
        Assert.Equal((0.5, 2), (teacher.Accuracy, teacher.Questions));
    }

    [Fact]
    public void AJudgeThatAbstainsOnSome_LeavesThemOut_AndSaysWhyOnce()
    {
        RunConfig config = TextRun("undecided-in-part", i => i % 2 == 0 ? "yes" : "2");
        Assert.Equal("completed", TinyRun.Execute(config));
        var events = RunEvents.Read(new RunFolder(config.OutputDir!).Events).ToList();
        MetricsEvent[] steps = [.. events.OfType<MetricsEvent>().Where(e => e.Stage == "ril")];
        Assert.Contains(steps, e => e.Metrics["judge/abstain_ratio"] is > 0);
        Assert.All(steps, e => Assert.Equal(8 * (1 - e.Metrics["judge/abstain_ratio"]), e.Metrics["judge/judged"]));
        Assert.All(steps, e => Assert.Equal(e.Metrics["judge/judged"] > 0, e.Metrics.ContainsKey("reward")));
        string[] said = [.. events.OfType<LogEvent>().Where(e => e.Text.StartsWith("Step ", StringComparison.Ordinal)
            && e.Text.Contains("holds no number", StringComparison.Ordinal)).Select(e => e.Text)];
        Assert.NotEmpty(said);
        Assert.InRange(said.Count(t => t.Contains("which take no part", StringComparison.Ordinal)), 0, 1); // not at every step
    }

    // Questions without pictures under a judge that reads numbers.
    private RunConfig TextRun(string name, Func<int, string> answer)
    {
        string folder = _runs.Folder(name + "-data"), data = Path.Combine(folder, "data.jsonl"),
            answers = Path.Combine(folder, "answers.jsonl"), held = Path.Combine(folder, "held.jsonl");
        Directory.CreateDirectory(folder);
        File.WriteAllLines(data, Enumerable.Range(0, 6)
            .Select(i => $$"""{"id": "q{{i}}", "prompt": "is there a bag {{i}} ?", "answer": "{{answer(i)}}"}"""));
        File.WriteAllLines(answers, Enumerable.Range(0, 6)
            .Select(i => $$"""{"question": "q{{i}}", "teacher": "long", "text": "answer : {{answer(i)}} ."}"""));
        File.WriteAllLines(held, [.. ((int[])[2, 3])
            .Select(a => """{"prompt": "how many ?", "answer": "2", "teacher_responses": [{"teacher": "long", "text": """
                + $$""" "there are {{a}}"}]}""")]);
        return _runs.Config(name) with { Dataset = data, SftDataset = null, EvalDataset = held, EvalSteps = 0,
            Teachers = [new("long", answers)], Judge = JudgeRule.Numeric, AllowTextOnly = true };
    }

    private void AssertSame(string name)
    {
        Assert.Equal(_runs.Events(Whole), _runs.Events(name));
        AssertSameWeights(name);
    }

    private void AssertSameWeights(string name)
    {
        Dictionary<string, byte[]> bits = _runs.Bits(Whole), others = _runs.Bits(name);
        Assert.NotEmpty(bits);
        Assert.Equal(bits.Keys.Order(StringComparer.Ordinal), others.Keys.Order(StringComparer.Ordinal));
        foreach (string file in bits.Keys) Assert.True(bits[file].AsSpan().SequenceEqual(others[file]), $"{file} differs");
    }

    /// <summary>A run that nothing interrupts, for all tests.</summary>
    public sealed class WholeRun : IDisposable
    {
        public WholeRun() => TinyRun.Execute(Tiny.Config(Whole));

        internal TinyRun Tiny { get; } = new();

        public void Dispose() => Tiny.Dispose();
    }

    private sealed class EndedException : Exception;

    // Ends the process, as far as the run can tell: nothing more is written after the event.
    private sealed class EndsAt(string stage, int step) : IRunObserver
    {
        private bool _ended;

        public void Observe(RunEvent happened)
        {
            _ended |= happened is ProgressEvent progress && progress.Stage == stage && progress.Step == step;
            if (_ended) throw new EndedException();
        }
    }

    private sealed class AsksToStop(string folder) : IRunObserver
    {
        public void Observe(RunEvent happened)
        {
            if (happened is ProgressEvent) RunControl.Send(folder, RunRequest.Stop);
        }
    }
}
