using RIL.Training;
using RIL.Training.Configuration;
using RIL.Training.Quickstart;
using RIL.Training.Runs;
using RIL.Training.Teachers;

namespace RIL.Tests.Training.Teachers;

/// <summary>Runs that collect what is missing, and what becomes of answers that were cut.</summary>
public sealed class CollectionTests : IDisposable
{
    private const int Wanted = 3;
    private readonly TinyRun _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void AFileWithTooFewAnswers_IsFilled_AndSaysHowEachWasSampledAndWhetherItWasCut()
    {
        string file = _runs.Folder("few.jsonl.gz");
        using (var writer = new KeptAnswersWriter(file, packed: true))
            for (int i = 0; i < Ids.Length; i++) writer.Write("long", Ids[i], Right(i));
        RunConfig config = Collecting("filled", file);
        Assert.Equal("completed", TinyRun.Execute(config));
        KeptAnswers kept = KeptAnswers.Load(file, "long");
        for (int i = 0; i < Ids.Length; i++)
        {
            IReadOnlyList<KeptAnswer> answers = kept.Of("long", Ids[i]);
            Assert.Equal(Wanted, answers.Count);
            Assert.Equal(new KeptAnswer(Right(i)), answers[0]); // older files say no more
            Assert.All(answers.Skip(1), a => Assert.Contains("temperature 1, top_k 50", a.Sampling!, StringComparison.Ordinal));
        }
        // An untrained teacher hardly ever comes to an end in 12 tokens.
        Assert.Contains(Ids.SelectMany(id => kept.Of("long", id).Skip(1)), a => a.Truncated);
        string[] logs = [.. Logs(config)];
        Assert.Contains(logs, t => t.Contains("settings that are not known; temperature 1", StringComparison.Ordinal));
        Assert.Contains(logs, t => t.Contains("stopped at the longest length when they were collected", StringComparison.Ordinal));
    }

    [Fact]
    public void AnswersUnderOtherSettings_AreNotMixed_AndThatIsSaidBeforeAnythingIsTrained()
    {
        string file = _runs.Folder("other.jsonl");
        using (var writer = new KeptAnswersWriter(file))
            writer.Write("long", Ids[0], new KeptAnswer(Right(0), Sampling: "temperature 0.5, top_k 0"));
        RunConfig config = Collecting("mixed", file);
        string message = Assert.Throws<InputException>(() => TinyRun.Execute(config)).Message;
        Assert.Contains("were sampled with temperature 0.5, top_k 0, and those that are missing would be sampled with temperature 1",
            message, StringComparison.Ordinal);
        Assert.DoesNotContain(RunEvents.Read(new RunFolder(config.OutputDir!).Events), e => e is StageEvent);
    }

    [Fact]
    public void FineTuning_TeachesNoEndWhereAnAnswerWasCut()
    {
        double Tokens(bool cut)
        {
            string file = _runs.Folder($"sft-{cut}.jsonl");
            using (var writer = new KeptAnswersWriter(file))
                foreach (string id in Ids) writer.Write("long", id, new KeptAnswer("there is a bag", cut));
            RunConfig config = _runs.Config($"sft-{cut}-run") with
            {
                Policy = PolicyStage.None, SftSource = SftSource.TeacherAnswers, Teachers = [new("long", file)], SftSteps = 1,
                SftBatchSize = 12, EvalSteps = 0, EvalDataset = null,
            };
            Assert.Equal("completed", TinyRun.Execute(config));
            return RunEvents.Read(new RunFolder(config.OutputDir!).Events).OfType<MetricsEvent>().First(e => e.Stage == "sft")
                .Metrics["num_tokens"];
        }

        Assert.Equal(12, Tokens(cut: false) - Tokens(cut: true));
    }

    private static string[] Ids => [.. TinyRun.Examples.Select(e => e.Id)];

    private static string Right(int i) => QuickstartData.Make("rl", 0, i).Question.LongForm;

    private static IEnumerable<string> Logs(RunConfig config) =>
        RunEvents.Read(new RunFolder(config.OutputDir!).Events).OfType<LogEvent>().Select(e => e.Text);

    private RunConfig Collecting(string name, string file) => _runs.Config(name) with
    {
        Teachers = [new("long", file, Checkpoint: _runs.Student)], DiscriminatorPretrainCompletions = Wanted, SftSteps = 0,
        DiscriminatorPretrainSteps = 1, MaxSteps = 1, EvalSteps = 0, EvalDataset = null,
    };
}
