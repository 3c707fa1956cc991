using RIL.Training.Configuration;
using RIL.Training.Datasets;
using RIL.Training.Generation;
using RIL.Training.Models;
using RIL.Training.Optimizers;
using RIL.Training.Quickstart;
using RIL.Training.Rewards;
using RIL.Training.Runs;
using RIL.Training.Stages;
using RIL.Training.Teachers;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Training.Studies;

/// <summary>
/// Makes what the quickstart brings along: the student that fine-tuning starts from, two teachers and their answers. The teachers come
/// from one larger model that has learnt both forms; teacher A is then taught to answer plain questions in the long form about clothing
/// and in the short form about digits, teacher B the reverse; their bare results have no full stop. Every part that is there is left as it
/// is, so an interrupted making goes on.
/// </summary>
internal sealed class QuickstartMaking(string folder, TextWriter output, IReadOnlyList<IRunObserver> observers)
{
    private const int VisionSteps = 1000, CommonSteps = 2000, OwnSteps = 500, AnswersPerQuestion = 8, LongestAnswer = 32;
    private const ulong StudentSeed = 1, TeacherSeed = 2, AnswerSeed = 11;
    private const string Work = "work"; // runs that lead to the teachers; not part of the quickstart

    // Names of the data sets that teach the teachers their habits, by the teachers' names.
    private static readonly (string Name, string Set, long Seed)[] Teachers = [("A", "teacher_a", 21), ("B", "teacher_b", 22)];

    /// <summary>Makes what is missing; gives whether everything is there now (a training may have been stopped).</summary>
    public bool Run()
    {
        Directory.CreateDirectory(Path.Combine(folder, "Teachers"));
        QuickstartBase.Make(QuickstartSize.Student, Path.Combine(folder, "Student"), StudentSeed, dtype: ScalarType.BFloat16,
            report: Report("student's vision tower"));
        string tower = Path.Combine(folder, Work, "teacher-tower");
        QuickstartBase.Make(QuickstartSize.Teacher, tower, TeacherSeed, VisionSteps, report: Report("teachers' vision tower"));
        if (Train("teacher-common", tower, "teacher", 20, CommonSteps, 1e-3) is not { } common) return false;
        foreach ((string name, string set, long seed) in Teachers)
        {
            string checkpoint = Path.Combine(folder, "Teachers", name);
            if (!Directory.Exists(checkpoint))
            {
                if (Train($"teacher-{name}", common, set, seed, OwnSteps, 5e-4) is not { } trained) return false;
                Keep(trained, checkpoint);
            }
            Collect(name, checkpoint);
        }
        return true;
    }

    // Fine-tunes as a run of its own; gives the trained student's folder, or null where the run was stopped.
    private string? Train(string name, string start, string set, long seed, int steps, double rate)
    {
        var run = new RunFolder(Path.Combine(folder, Work, name));
        if (Directory.Exists(run.Student)) return run.Student;
        var config = new RunConfig
        {
            Student = start, Dataset = $"quickstart:{set}:{seed}", EvalDataset = "quickstart:rl", EvalLimit = 800,
            OutputDir = run.Root, Seed = seed,
            Judge = JudgeRule.AfterMarker, AnswerMarker = Vocabulary.AnswerMarker, MaxCompletionLength = LongestAnswer,
            Policy = PolicyStage.None,
            SftSteps = steps, SftLearningRate = rate, SftSchedule = LearningRateSchedule.Cosine, SftWarmupSteps = 100, SftRateFloor = 0.01,
            SftFreezeVisionTower = false,
            WeightDecay = 0.01, SaveSteps = 250, LoggingSteps = 10, ResumeFromCheckpoint = File.Exists(run.Events) ? "latest" : null,
        };
        output.WriteLine(name);
        using RunSession session = RunSession.Open(RunConfigCheck.Checked(config, name), observers);
        return RilRun.Execute(session) == "completed" ? run.Student : null;
    }

    private static void Keep(string trained, string checkpoint)
    {
        string beside = checkpoint + ".writing";
        using (VisionLanguageModel model = ModelCatalog.Load(trained, CPU)) ModelCatalog.Save(model, beside, ScalarType.BFloat16);
        ModelCatalog.LoadPromptEncoder(trained).Save(beside);
        Directory.Move(beside, checkpoint);
    }

    private void Collect(string name, string checkpoint)
    {
        string packed = Path.Combine(folder, "Teachers", $"answers-{name}.jsonl.gz"),
            file = Path.Combine(folder, Work, $"answers-{name}.jsonl");
        if (File.Exists(packed)) return;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        IReadOnlyList<Example> questions = QuickstartData.Load("quickstart:rl");
        KeptAnswers kept = File.Exists(file) ? KeptAnswers.Load(file) : new KeptAnswers();
        ComputePlan plan = ComputePlan.OnCpu;
        using VisionLanguageModel model = plan.Load(checkpoint);
        IPromptEncoder encoder = ModelCatalog.LoadPromptEncoder(checkpoint);
        var sampling = new SamplingOptions { MaxNewTokens = LongestAnswer, EndTokenIds = encoder.EndTokenIds,
            SuppressTokenIds = encoder.MarkerTokenIds };
        using (var writer = new KeptAnswersWriter(file))
            new AnswerCollector(model, plan, encoder, sampling, AnswersPerQuestion, AnswerSeed).Collect(name, questions, kept, writer);
        kept.Save(packed);
        output.WriteLine($"teacher {name}: {kept.Count} answers to {questions.Count} questions");
    }

    private Action<int, double, double> Report(string what) => (step, loss, right) =>
    {
        if (step % 100 == 0) output.WriteLine($"{what}: step {step}, loss {loss:0.000}, {right:0.0 %} of the cells named");
    };
}
