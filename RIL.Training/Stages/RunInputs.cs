using RIL.Training.Configuration;
using RIL.Training.Datasets;
using RIL.Training.Generation;
using RIL.Training.Models;
using RIL.Training.Preflight;
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
        Questions = InputReference.ReadRows(config.Dataset, config.SkipBadRows);
        SftQuestions = config.SftDataset is { } sft ? InputReference.ReadRows(sft, config.SkipBadRows) : Questions;
        EvaluationQuestions = config.EvalDataset is { } eval ? Limited(InputReference.ReadRows(eval, config.SkipBadRows)) : [];
        ValidationQuestions = config.ValidationDataset is { } validation ? Limited(InputReference.ReadRows(validation, config.SkipBadRows))
            : EvaluationQuestions;
        Kept = config.UsesTeachers ? TeacherAnswers.Load(config, Questions, Encoder) : new KeptAnswers();
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

    /// <summary>What of it the preflight reads, each data set once.</summary>
    public PreflightInputs ForPreflight() => new(Config, Encoder,
    [
        ("dataset", Questions), .. Named("sft_dataset", Config.SftDataset, SftQuestions),
        .. Named("eval_dataset", Config.EvalDataset, EvaluationQuestions),
        .. Named("validation_dataset", Config.ValidationDataset, ValidationQuestions),
    ], Kept);

    public ulong Seed => (ulong)Config.Seed;

    /// <summary>How the student samples in training.</summary>
    public SamplingOptions Sampling => Config.Sampling(Encoder);

    public static RunInputs Load(RunConfig config) => new(config);

    private static IEnumerable<(string, IReadOnlyList<Example>)> Named(string key, string? path, IReadOnlyList<Example> rows) =>
        path is null ? [] : [(key, rows)];

    private IReadOnlyList<Example> Limited(IReadOnlyList<Example> rows) => Config.EvalLimit > 0 && Config.EvalLimit < rows.Count
        ? [.. rows.Take(Config.EvalLimit)] : rows;
}
