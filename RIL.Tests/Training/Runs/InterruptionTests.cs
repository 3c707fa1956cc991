using RIL.Training.Configuration;
using RIL.Training.Runs;

namespace RIL.Tests.Training.Runs;

/// <summary>
/// Requests while a run asks questions: a teacher's, or those of an evaluation. Every batch of answers is one of the run's parts.
/// </summary>
public sealed class InterruptionTests(InterruptionTests.WholeRun runs) : IClassFixture<InterruptionTests.WholeRun>
{
    private readonly TinyRun _runs = runs.Tiny;

    [Fact]
    public void EveryBatchOfAnswers_IsProgress_WithTimeLeftWhereItIsTheStep()
    {
        ProgressEvent[] parts = [.. Parts("whole")];
        Assert.Equal(["sft 3/8", "sft 6/8", "sft 3/8", "sft 6/8", "teachers 32/40", "ril 3/8", "ril 6/8", "ril 3/8", "ril 6/8",
            "evaluation 3/8", "evaluation 6/8", "evaluation 3/8", "evaluation 6/8"],
            parts.Select(p => $"{p.Stage} {p.Part!.Done}/{p.Part.Of}"));
        Assert.Equal([0, 0, 5, 5, 0, 1, 1, 3, 3, 0, 0, 1, 1], parts.Select(p => p.Step)); // steps that were done before
        Assert.All(parts[^3..], p => Assert.InRange(p.Timing!["left_s"], 0, 1000));
    }

    [Theory]
    [InlineData(2, RunRequest.Stop)] // the untrained student's evaluation
    [InlineData(4, RunRequest.Pause)] // that at the end of fine-tuning
    [InlineData(5, RunRequest.Stop)] // a teacher's answers
    [InlineData(6, RunRequest.Pause)] // a validation between steps
    [InlineData(9, RunRequest.Stop)]
    [InlineData(10, RunRequest.Stop)] // the closing evaluation of the student
    [InlineData(13, RunRequest.Stop)] // and of the teacher
    public void Request_ActsWithinABatchOfAnswers_AndTheResumedRunIsTheSame(int part, RunRequest request)
    {
        string name = $"asked-{part}";
        RunConfig config = Config(_runs, name);
        string ended = TinyRun.Execute(config, new AsksAt(part, request, config.OutputDir!));
        Assert.Equal(request == RunRequest.Stop ? "stopped" : "paused", ended);
        Assert.Equal(part, Parts(name).Count());

        Assert.Equal("completed", TinyRun.Execute(config with { ResumeFromCheckpoint = "latest" }));
        Assert.Equal(Metrics("whole"), Metrics(name));
        // A stop in the closing evaluation leaves one more checkpoint, so the files of the undisturbed run are what counts.
        Assert.All(_runs.Bits("whole"), file => Assert.True(
            file.Value.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(_runs.Folder(name), file.Key))), file.Key));
        Assert.Equal(File.ReadAllLines(Answers(_runs, "whole")), File.ReadAllLines(Answers(_runs, name)));
    }

    private static string Answers(TinyRun runs, string name) => runs.Folder(name + "-answers.jsonl");

    private static RunConfig Config(TinyRun runs, string name) => runs.Config(name) with
    {
        Dataset = "quickstart:rl:0:40", Teachers = [new("me", Answers(runs, name), Checkpoint: runs.Student)], EvalBatchSize = 3,
    };

    private IEnumerable<ProgressEvent> Parts(string name) =>
        RunEvents.Read(new RunFolder(_runs.Folder(name)).Events).OfType<ProgressEvent>().Where(p => p.Part is not null);

    private IEnumerable<string> Metrics(string name) =>
        RunEvents.Current(RunEvents.Read(new RunFolder(_runs.Folder(name)).Events))
            .Where(e => e is MetricsEvent or ProgressEvent { Part: null } or StageEvent or FinishedEvent { State: "completed" })
            .Select(RunEvents.Comparable);

    /// <summary>A run that nothing interrupts, for all tests.</summary>
    public sealed class WholeRun : IDisposable
    {
        public WholeRun() => TinyRun.Execute(Config(Tiny, "whole"));

        internal TinyRun Tiny { get; } = new();

        public void Dispose() => Tiny.Dispose();
    }

    private sealed class AsksAt(int part, RunRequest request, string folder) : IRunObserver
    {
        private int _parts;

        public void Observe(RunEvent happened)
        {
            if (happened is ProgressEvent { Part: not null } && ++_parts == part) RunControl.Send(folder, request);
        }
    }
}
