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
    private readonly List<Finding> _found = [];

    private RunInputs(RunConfig config)
    {
        Config = config;
        Plan = config.ComputePlan();
        StudentFolder = InputReference.ResolvePath(config.Student);
        Encoder = ModelCatalog.LoadPromptEncoder(StudentFolder, config.MinPixels, config.MaxPixels);
        Judge = config.CreateJudge();
        Questions = Read("dataset", config.Dataset);
        SftQuestions = config.SftDataset is { } sft ? Read("sft_dataset", sft) : Questions;
        EvaluationQuestions = config.EvalDataset is { } eval ? Read("eval_dataset", eval) : [];
        ValidationQuestions = config.ValidationDataset is { } validation ? Read("validation_dataset", validation) : EvaluationQuestions;
        Kept = config.UsesTeachers ? TeacherAnswers.Load(config, Questions, Encoder) : new KeptAnswers();
    }

    public RunConfig Config { get; }

    /// <summary>Where and how the run computes.</summary>
    public ComputePlan Plan { get; }

    public string StudentFolder { get; }

    public IPromptEncoder Encoder { get; }

    public IJudge Judge { get; }

    public IReadOnlyList<Example> Questions { get; private set; }

    public IReadOnlyList<Example> SftQuestions { get; private set; }

    public IReadOnlyList<Example> EvaluationQuestions { get; private set; }

    public IReadOnlyList<Example> ValidationQuestions { get; private set; }

    public KeptAnswers Kept { get; }

    /// <summary>What of it the preflight reads, each data set once.</summary>
    public PreflightInputs ForPreflight() => new(Config, Encoder,
    [
        ("dataset", Questions), .. Named("sft_dataset", Config.SftDataset, SftQuestions),
        .. Named("eval_dataset", Config.EvalDataset, EvaluationQuestions),
        .. Named("validation_dataset", Config.ValidationDataset, ValidationQuestions),
    ], Kept, _found);

    /// <summary>Takes rows out that the preflight found bad or too long, by the settings that name their data sets.</summary>
    public void LeaveOut(IReadOnlyDictionary<string, IReadOnlySet<string>> ids)
    {
        bool ownSft = Config.SftDataset is not null, ownValidation = Config.ValidationDataset is not null;
        (IReadOnlyList<Example> questions, IReadOnlyList<Example> held) = (Left("dataset", Questions),
            Left("eval_dataset", EvaluationQuestions));
        SftQuestions = ownSft ? Left("sft_dataset", SftQuestions) : questions;
        ValidationQuestions = ownValidation ? Left("validation_dataset", ValidationQuestions) : held;
        (Questions, EvaluationQuestions) = (questions, held);

        IReadOnlyList<Example> Left(string key, IReadOnlyList<Example> rows) =>
            ids.TryGetValue(key, out IReadOnlySet<string>? gone) && gone.Count > 0 ? [.. rows.Where(r => !gone.Contains(r.Id))] : rows;
    }

    public ulong Seed => (ulong)Config.Seed;

    /// <summary>How the student samples in training.</summary>
    public SamplingOptions Sampling => Config.Sampling(Encoder);

    public static RunInputs Load(RunConfig config) => new(config);

    private static IEnumerable<(string, IReadOnlyList<Example>)> Named(string key, string? path, IReadOnlyList<Example> rows) =>
        path is null ? [] : [(key, rows)];

    // Cut before anything else looks at them, so that every stage and a resumed run read the same prompts.
    private IReadOnlyList<Example> Read(string key, string path)
    {
        IReadOnlyList<Example> rows = DatasetRows.Read(Config, key, path, _found);
        if (Config.MaxPromptLength is not { } most || Config.PromptOverflow != PromptOverflow.Cut) return rows;
        (IReadOnlyList<Example> within, int cut) = new PromptLimit(most).CutLonger(rows, Encoder, path);
        if (cut > 0) _found.Add(new Finding(FindingKind.Warning, "data",
            $"{cut} of {rows.Count} prompts are longer than max_prompt_length, {most}, and their text is cut", key));
        return within;
    }
}
