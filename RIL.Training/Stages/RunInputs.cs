using RIL.Training.Configuration;
using RIL.Training.Datasets;
using RIL.Training.Generation;
using RIL.Training.Models;
using RIL.Training.Rewards;
using RIL.Training.Teachers;
using RIL.Training.Training;

namespace RIL.Training.Stages;

/// <summary>Everything a run reads, checked before anything is trained.</summary>
internal sealed class RunInputs
{
    private RunInputs(RunConfig config)
    {
        Config = config;
        Plan = config.ComputePlan();
        StudentFolder = InputReference.ResolvePath(config.Student);
        Encoder = ModelCatalog.LoadPromptEncoder(StudentFolder, config.MinPixels, config.MaxPixels);
        Judge = config.CreateJudge();
        Questions = InputReference.ReadRows(config.Dataset);
        SftQuestions = config.SftDataset is { } sft ? InputReference.ReadRows(sft) : Questions;
        EvaluationQuestions = config.EvalDataset is { } eval ? Limited(InputReference.ReadRows(eval)) : [];
        ValidationQuestions = config.ValidationDataset is { } validation ? Limited(InputReference.ReadRows(validation))
            : EvaluationQuestions;
        Kept = config.UsesTeachers ? LoadAnswers() : new KeptAnswers();
    }

    public RunConfig Config { get; }

    /// <summary>Where and how the run computes.</summary>
    public ComputePlan Plan { get; }

    public string StudentFolder { get; }

    public IPromptEncoder Encoder { get; }

    public IJudge Judge { get; }

    public IReadOnlyList<Example> Questions { get; }

    public IReadOnlyList<Example> SftQuestions { get; }

    public IReadOnlyList<Example> EvaluationQuestions { get; }

    public IReadOnlyList<Example> ValidationQuestions { get; }

    public KeptAnswers Kept { get; }

    public ulong Seed => (ulong)Config.Seed;

    /// <summary>How the student samples in training.</summary>
    public SamplingOptions Sampling => Config.Sampling(Encoder);

    public static RunInputs Load(RunConfig config) => new(config);

    private IReadOnlyList<Example> Limited(IReadOnlyList<Example> rows) => Config.EvalLimit > 0 && Config.EvalLimit < rows.Count
        ? [.. rows.Take(Config.EvalLimit)] : rows;

    private KeptAnswers LoadAnswers()
    {
        KeptAnswers all = KeptAnswers.FromRows(Questions);
        foreach (TeacherSource teacher in Config.Teachers)
        {
            // Asked for much later, and then the warm start would be lost.
            if (teacher.Checkpoint is { } checkpoint && !File.Exists(Path.Combine(InputReference.ResolvePath(checkpoint), "config.json")))
                throw new InputException($"teachers: the checkpoint of '{teacher.Name}', {InputReference.ResolvePath(checkpoint)}, holds "
                    + $"no "
                    + $"config.json; expected a Hugging Face checkpoint folder.");
            string file = InputReference.ResolvePath(teacher.Answers);
            if (File.Exists(file)) all.Add(KeptAnswers.Load(file, teacher.Name, mayLack: teacher.Checkpoint is not null));
            else if (teacher.Checkpoint is null && all.Missing(Questions, teacher.Name).Count > 0)
                throw new InputException($"teachers: the file of kept answers of '{teacher.Name}', {file}, does not exist; collect it, or "
                    + $"give the teacher a checkpoint to collect it from.");
            if (teacher.Checkpoint is not null && all.Missing(Questions, teacher.Name, Config.TeacherAnswersPerQuestion).Count > 0)
                all.CheckSampling(teacher.Name, SamplingFingerprint.Of(Sampling), file);
        }
        string[] closed = [.. Config.Teachers.Where(t => t.Checkpoint is null).Select(t => t.Name)];
        if (closed.Length > 0) all.Check(Questions, closed, "teachers");
        return all;
    }
}
