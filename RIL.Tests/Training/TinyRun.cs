using RIL.Training.Configuration;
using RIL.Training.Datasets;
using RIL.Training.Layers;
using RIL.Training.Models;
using RIL.Training.Optimizers;
using RIL.Training.Quickstart;
using RIL.Training.Rewards;
using RIL.Training.Ril;
using RIL.Training.Runs;
using RIL.Training.Stages;
using RIL.Training.Teachers;
using static TorchSharp.torch;

namespace RIL.Tests.Training;

/// <summary>
/// Whole runs of seconds: a student of a few thousand weights, questions of the example, teachers that answer rightly in either form.
/// </summary>
internal sealed class TinyRun : IDisposable
{
    private const string Questions = "quickstart:rl:0:12";
    private static readonly QuickstartSize Size = new(Hidden: 32, Layers: 2, Heads: 2, KeyValueHeads: 1, FeedForward: 48, VisionHidden: 32,
        VisionLayers: 1, VisionHeads: 2, VisionFeedForward: 48);
    private readonly TemporaryFolder _folder = new();

    public TinyRun()
    {
        QuickstartModels.WriteFolder(Size, Student);
        using VisionLanguageModel model = ModelCatalog.Create(Path.Combine(Student, "config.json"), 3, CPU);
        ModelCatalog.Save(model, Student);
        using var writer = new KeptAnswersWriter(Answers);
        for (int i = 0; i < 12; i++)
        {
            Question question = QuickstartData.Make("rl", 0, i).Question;
            for (int answer = 0; answer < 3; answer++)
            {
                writer.Write("long", $"rl-0-{i}", question.LongForm);
                writer.Write("short", $"rl-0-{i}", question.ShortForm);
            }
        }
    }

    public string Student => _folder.File("student");

    public string Answers => _folder.File("answers.jsonl");

    /// <summary>Every stage, a few steps each, checkpoints every two.</summary>
    public RunConfig Config(string name) => new()
    {
        Student = Student, Dataset = Questions, SftDataset = "quickstart:sft:0:40", EvalDataset = "quickstart:validation:0:8",
        Teachers = [new("long", Answers), new("short", Answers)], Judge = JudgeRule.AfterMarker, AnswerMarker = "answer :",
        OutputDir = Folder(name), Seed = 5, SaveSteps = 2, EvalSteps = 2, CompletionsPerPrompt = 2, CompletionsPerPass = 4,
        PassesPerUpdate = 1, MaxCompletionLength = 12,
        SftSteps = 5, SftBatchSize = 8, SftLearningRate = 3e-3, DiscriminatorPretrainSteps = 3, DiscriminatorPretrainLearningRate = 1e-3,
        DiscriminatorPretrainCompletions = 4,
        DiscriminatorLearningRate = 1e-3, MaxSteps = 5, LearningRate = 1e-3, Schedule = LearningRateSchedule.Linear, WarmupSteps = 1,
        UpdatesPerBatch = 2, Similarity = Similarity.Graded,
        DiscriminatorUpdatesPerBatch = 1, SaveTotalLimit = null,
    };

    public string Folder(string name) => _folder.File(name);

    /// <summary>Runs to its end, or until an observer throws.</summary>
    public static string Execute(RunConfig config, params IReadOnlyList<IRunObserver> observers)
    {
        using RunSession session = RunSession.Open(config, observers, signals: false);
        return RilRun.Execute(session);
    }

    public IReadOnlyList<string> Events(string name) =>
        [.. RunEvents.Repeated(RunEvents.Read(new RunFolder(Folder(name)).Events)).Select(RunEvents.Comparable)];

    /// <summary>Every weight of the trained student, and of the models and optimizers in the last checkpoint.</summary>
    public Dictionary<string, byte[]> Bits(string name) =>
        Directory.EnumerateFiles(Folder(name), "*.safetensors", SearchOption.AllDirectories)
            .Where(f => f.Contains("student", StringComparison.Ordinal) || Path.GetDirectoryName(f) == LastCheckpoint(name))
            .ToDictionary(f => Path.GetRelativePath(Folder(name), f), File.ReadAllBytes);

    public string LastCheckpoint(string name) => Directory.EnumerateDirectories(Folder(name), "checkpoint-*")
        .MaxBy(f => int.Parse(Path.GetFileName(f)[11..], System.Globalization.CultureInfo.InvariantCulture))!;

    /// <summary>The questions as the run sees them.</summary>
    public static IReadOnlyList<Example> Examples => QuickstartData.Load(Questions);

    public static byte[] Bits(VisionLanguageModel model)
    {
        using var all = new MemoryStream();
        foreach (Weight weight in model.Weights) all.Write(weight.Value.detach().contiguous().bytes);
        return all.ToArray();
    }

    public void Dispose() => _folder.Dispose();
}
