using RIL.Training.Datasets;
using RIL.Training.Generation;
using RIL.Training.Models;
using RIL.Training.Quickstart;
using RIL.Training.Runs;
using RIL.Training.Settings;
using RIL.Training.Teachers;
using static TorchSharp.torch;

namespace RIL.Training.Commands;

/// <summary>
/// Makes what the example brings along: the student that fine-tuning starts from, two teachers and their answers. Teacher A is taught the long form for clothing and
/// the short form for digits, teacher B the reverse. Every part that is there is left as it is, so an interrupted making goes on.
/// </summary>
internal sealed class ExampleMaking(string folder, int updates, TextWriter output, IReadOnlyList<IRunObserver> observers)
{
    public const int TeacherUpdates = 3000;

    private const int TeacherQuestions = 40_000, TeacherVisionSteps = 1000, AnswersPerQuestion = 8, LongestAnswer = 32;
    private const ulong StudentSeed = 1, AnswerSeed = 11;

    // Names of the data sets that teach the teachers, by the teachers' names.
    private static readonly (string Name, string Set, long Seed)[] Teachers = [("A", "teacher_a", 21), ("B", "teacher_b", 22)];

    /// <summary>Makes what is missing; gives whether everything is there now (a teacher's training may have been stopped).</summary>
    public bool Run()
    {
        Directory.CreateDirectory(Path.Combine(folder, "Teachers"));
        QuickstartBase.Make(QuickstartSize.Student, Path.Combine(folder, "Student"), StudentSeed, dtype: ScalarType.BFloat16, report: Report("student's vision tower"));
        foreach ((string name, string set, long seed) in Teachers)
        {
            string checkpoint = Path.Combine(folder, "Teachers", name);
            if (!Directory.Exists(checkpoint) && !Teach(name, set, seed, checkpoint)) return false;
            Collect(name, checkpoint);
        }
        return true;
    }

    private bool Teach(string name, string set, long seed, string checkpoint)
    {
        string start = Path.Combine(folder, "work", $"base-{name}"), run = Path.Combine(folder, "work", $"run-{name}");
        QuickstartBase.Make(QuickstartSize.Teacher, start, (ulong)seed, TeacherVisionSteps, report: Report($"teacher {name}'s vision tower"));
        var config = new RunConfig
        {
            Student = start, Dataset = $"quickstart:{set}:{seed}:{TeacherQuestions}", EvalDataset = "quickstart:rl", EvalLimit = 800, OutputDir = run, Seed = seed,
            Judge = JudgeRule.AfterMarker, AnswerMarker = Vocabulary.AnswerMarker, MaxCompletionLength = LongestAnswer, Policy = PolicyStage.None,
            SftSteps = updates, SftLearningRate = 1e-3, SftSchedule = LearningRateSchedule.Cosine, SftWarmupSteps = 100, SftRateFloor = 0.01, SftFreezeVisionTower = false,
            WeightDecay = 0.01, SaveSteps = 250, LoggingSteps = 10, ResumeFromCheckpoint = File.Exists(new RunFolder(run).Events) ? "latest" : null,
        };
        output.WriteLine($"teacher {name}");
        using (RunSession session = RunSession.Open(RunConfigCheck.Checked(config, "the teacher's configuration"), observers))
            if (RilRun.Execute(session) != "completed") return false;
        string beside = checkpoint + ".writing", trained = new RunFolder(run).Student;
        using (VisionLanguageModel model = ModelCatalog.Load(trained, CPU)) ModelCatalog.Save(model, beside, ScalarType.BFloat16);
        ModelCatalog.LoadPromptEncoder(trained).Save(beside);
        Directory.Move(beside, checkpoint);
        return true;
    }

    private void Collect(string name, string checkpoint)
    {
        string packed = Path.Combine(folder, "Teachers", $"answers-{name}.jsonl.gz"), file = Path.Combine(folder, "work", $"answers-{name}.jsonl");
        if (File.Exists(packed)) return;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        IReadOnlyList<Example> questions = QuickstartData.Load("quickstart:rl");
        KeptAnswers kept = File.Exists(file) ? KeptAnswers.Load(file) : new KeptAnswers();
        using VisionLanguageModel model = ModelCatalog.Load(checkpoint, CPU);
        IPromptEncoder encoder = ModelCatalog.LoadPromptEncoder(checkpoint);
        var sampling = new SamplingOptions { MaxNewTokens = LongestAnswer, EndTokenIds = encoder.EndTokenIds, SuppressTokenIds = encoder.MarkerTokenIds };
        using (var writer = new KeptAnswersWriter(file))
            new AnswerCollector(model, encoder, sampling, AnswersPerQuestion, AnswerSeed).Collect(name, questions, kept, writer);
        kept.Save(packed);
        output.WriteLine($"teacher {name}: {kept.Count} answers to {questions.Count} questions");
    }

    private Action<int, double, double> Report(string what) => (step, loss, right) =>
    {
        if (step % 100 == 0) output.WriteLine($"{what}: step {step}, loss {loss:0.000}, {right:0.0 %} of the cells named");
    };
}
