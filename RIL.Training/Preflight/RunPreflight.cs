using System.Diagnostics;
using RIL.Training.Configuration;
using RIL.Training.Datasets;
using RIL.Training.Models;
using RIL.Training.Rewards;
using RIL.Training.Teachers;

namespace RIL.Training.Preflight;

/// <summary>What a run reads, as it was read.</summary>
/// <param name="Config">The run's configuration.</param>
/// <param name="Encoder">The student's tokenizer, processor and template.</param>
/// <param name="Data">Data sets by the settings that name them; the training questions come first, under <c>dataset</c>.</param>
/// <param name="Kept">The teachers' answers.</param>
/// <param name="Reading">What was found as they were read.</param>
public sealed record PreflightInputs(RunConfig Config, IPromptEncoder Encoder,
    IReadOnlyList<(string Key, IReadOnlyList<Example> Rows)> Data, KeptAnswers Kept, IReadOnlyList<Finding>? Reading = null);

/// <summary>A report, the fingerprints of what was read, and the rows that the settings leave out.</summary>
/// <param name="Report">What was found.</param>
/// <param name="Data">Fingerprints of the data sets.</param>
/// <param name="LeftOut">Ids of rows that are bad or too long and that the settings leave out, by data set.</param>
public sealed record PreflightOutcome(PreflightReport Report, IReadOnlyDictionary<string, RowsFingerprint> Data,
    IReadOnlyDictionary<string, IReadOnlySet<string>> LeftOut);

/// <summary>
/// One check of everything that a run reads, before its first step: every row and picture, lengths against limits, the judge on ground
/// truths and teachers' answers. Needs no model and no libtorch.
/// </summary>
public static class RunPreflight
{
    private const double FewCut = 0.005; // fewer are not worth a warning
    private const int RowsNamed = 3, AnswersThatTell = 20, TextsAtATime = 256;

    /// <summary>Checks everything that a configuration names; what cannot even be read is an error of the report.</summary>
    /// <param name="config">The configuration; where it has an output_dir, that place is checked too.</param>
    /// <param name="progress">Hears how many rows of how many are read, from several threads.</param>
    /// <param name="cancellation">Ends the check with an <see cref="OperationCanceledException"/>.</param>
    /// <param name="weights">Whether weights are looked into, which needs libtorch.</param>
    public static PreflightReport Run(RunConfig config, Action<int, int>? progress = null, CancellationToken cancellation = default,
        bool weights = true)
    {
        var time = Stopwatch.StartNew();
        var findings = new List<Finding>(RunConfigCheck.Problems(config).Select(p => new Finding(FindingKind.Error, "settings", p)));
        if (findings.Count > 0) return new PreflightReport(findings, [], [], [], time.Elapsed.TotalSeconds);
        findings.AddRange(RunConfigCheck.Warnings(config).Select(w => new Finding(FindingKind.Warning, "settings", w)));
        Try("output", () => RequireOutput(config));
        IPromptEncoder? encoder = Try("checkpoint", () => ModelCatalog.LoadPromptEncoder(InputReference.ResolvePath(config.Student),
            config.MinPixels, config.MaxPixels));
        if (weights) Try("checkpoint", () => RequireWeights(InputReference.ResolvePath(config.Student)));
        foreach (TeacherSource teacher in config.Teachers.Where(t => weights && t.Checkpoint is not null && config.UsesTeachers))
            Try("teachers", () => RequireWeights(InputReference.ResolvePath(teacher.Checkpoint!)));
        var data = new List<(string, IReadOnlyList<Example>)>();
        foreach ((string key, string? path) in new[] { ("dataset", config.Dataset), ("sft_dataset", config.SftDataset),
            ("eval_dataset", config.EvalDataset), ("validation_dataset", config.ValidationDataset) })
            if (path is not null && Try("data", () => DatasetRows.Read(config, key, path, findings)) is { } rows) data.Add((key, rows));
        if (encoder is null || data.Count == 0 || data[0].Item1 != "dataset") return Report(new PreflightReport([], [], [], [], 0));
        KeptAnswers kept = (config.UsesTeachers ? Try("teachers", () => TeacherAnswers.Load(config, data[0].Item2, encoder)) : null)
            ?? new KeptAnswers();
        return Report(Check(new PreflightInputs(config, encoder, data, kept), progress, cancellation).Report);

        PreflightReport Report(PreflightReport inner) => inner with
        {
            Findings = [.. findings.Concat(inner.Findings).OrderBy(f => f.Kind)], Seconds = time.Elapsed.TotalSeconds,
        };

        T? Try<T>(string subject, Func<T> read) where T : class
        {
            try
            {
                return read();
            }
            catch (InputException e)
            {
                findings.Add(new Finding(FindingKind.Error, subject, e.Message));
                return null;
            }
        }
    }

    /// <summary>Checks inputs that were read.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="progress">Hears how many rows of how many are read, from several threads.</param>
    /// <param name="cancellation">Ends the check with an <see cref="OperationCanceledException"/>.</param>
    public static PreflightOutcome Check(PreflightInputs inputs, Action<int, int>? progress = null,
        CancellationToken cancellation = default)
    {
        var time = Stopwatch.StartNew();
        RunConfig config = inputs.Config;
        List<Finding> findings = [.. inputs.Reading ?? [], .. inputs.Encoder.Warnings.Select(w => new Finding(FindingKind.Warning,
            "checkpoint", w))];
        var scans = ReadData(inputs, inputs.Encoder, progress, cancellation);
        var data = new List<DataFigures>();
        var leftOut = new Dictionary<string, IReadOnlySet<string>>();
        var used = new List<(string Key, IReadOnlyList<Example> Rows)>();
        foreach ((string key, IReadOnlyList<Example> rows) in inputs.Data)
        {
            IReadOnlyList<ScannedRow> scan = scans[key];
            leftOut[key] = rows.Zip(scan).Where(p => IsLeftOut(config, p.Second)).Select(p => p.First.Id).ToHashSet();
            IReadOnlyList<Example> left = leftOut[key].Count == 0 ? rows : [.. rows.Where(r => !leftOut[key].Contains(r.Id))];
            used.Add((key, left));
            data.Add(Figures(config, key, left, scan));
            findings.AddRange(DataFindings(config, data[^1], scan));
        }
        inputs = inputs with { Data = used };
        var judging = new JudgeScan(JudgeOf(config, cancellation), config.AnswerMarker);
        TruthFigures[] truths = [.. inputs.Data.Where(d => d.Key is "dataset" ? AsksJudge(config) : d.Key != "sft_dataset")
            .Select(d => judging.Truths(d.Key, d.Rows))];
        TeacherFigures[] teachers = config.UsesTeachers && inputs.Data.Count > 0
            ? [.. config.Teachers.Select(t => Teacher(t.Name, inputs, judging))] : [];
        findings.AddRange(JudgeFindings(config, truths, teachers, inputs));
        findings.AddRange(teachers.Where(t => t.Cut > 0).Select(t => CutFinding(t, config)));
        var report = new PreflightReport([.. findings.OrderBy(f => f.Kind)], data, truths, teachers, time.Elapsed.TotalSeconds);
        return new PreflightOutcome(report, scans.ToDictionary(s => s.Key, s => new RowsFingerprint(s.Value.Count,
            DataScan.Hash(s.Value))), leftOut);
    }

    /// <summary>Fingerprints of data sets without decoding a picture, for a run that goes on.</summary>
    public static IReadOnlyDictionary<string, RowsFingerprint> Fingerprints(PreflightInputs inputs, Action<int, int>? progress = null,
        CancellationToken cancellation = default) =>
        ReadData(inputs, null, progress, cancellation).ToDictionary(s => s.Key, s => new RowsFingerprint(s.Value.Count,
            DataScan.Hash(s.Value)));

    /// <summary>Whether the settings leave out rows that only a look at every picture and prompt finds.</summary>
    public static bool LeavesRowsOut(RunConfig config) => config.SkipBadRows
        || (config.MaxPromptLength is not null && config.PromptOverflow == PromptOverflow.Drop);

    private static bool IsLeftOut(RunConfig config, ScannedRow row) => row.Problem is not null ? config.SkipBadRows
        : row.Prompt > config.MaxPromptLength && config.PromptOverflow == PromptOverflow.Drop;

    private static string RequireWeights(string folder)
    {
        ModelCatalog.RequireWeights(folder);
        return folder;
    }

    private static string RequireOutput(RunConfig config)
    {
        if (config.OutputDir is null) return "";
        OutputPlaces.RequireApart("output_dir", config.OutputDir, OutputPlaces.Inputs(config));
        if (config.ResumeFromCheckpoint is null) OutputPlaces.RequireRunFolder("output_dir", config.OutputDir);
        return config.OutputDir;
    }

    // Whether the judge has a say in what is learnt.
    private static bool AsksJudge(RunConfig c) => (c.TrainsPolicy && c.RewardWeights.Answer > 0)
        || (c.FineTunes && c.SftSource is SftSource.RightTeacherAnswers or SftSource.RightLongTeacherAnswers);

    private static Func<IReadOnlyList<JudgedCompletion>, IReadOnlyList<Verdict>> JudgeOf(RunConfig config, CancellationToken cancellation)
    {
        IJudge judge = config.CreateJudge();
        return texts => [.. texts.Chunk(TextsAtATime).AsParallel().AsOrdered().SelectMany(part => judge.Ask(part, cancellation))];
    }

    private static Dictionary<string, IReadOnlyList<ScannedRow>> ReadData(PreflightInputs inputs, IPromptEncoder? encoder,
        Action<int, int>? progress, CancellationToken cancellation)
    {
        int threads = inputs.Config.Threads > 0 ? inputs.Config.Threads : Environment.ProcessorCount, done = 0;
        var read = new Dictionary<IReadOnlyList<Example>, IReadOnlyList<ScannedRow>>(ReferenceEqualityComparer.Instance);
        int total = inputs.Data.Select(d => d.Rows).Distinct(ReferenceEqualityComparer.Instance).Cast<IReadOnlyList<Example>>()
            .Sum(r => r.Count);
        var scans = new Dictionary<string, IReadOnlyList<ScannedRow>>();
        foreach ((string key, IReadOnlyList<Example> rows) in inputs.Data)
        {
            if (!read.TryGetValue(rows, out IReadOnlyList<ScannedRow>? scan))
                read[rows] = scan = DataScan.ReadAll(rows, encoder, threads,
                    () => progress?.Invoke(Interlocked.Increment(ref done), total), cancellation);
            scans[key] = scan;
        }
        return scans;
    }

    private static DataFigures Figures(RunConfig config, string key, IReadOnlyList<Example> rows, IReadOnlyList<ScannedRow> scan)
    {
        ScannedRow[] good = [.. scan.Where(r => r.Problem is null && !IsLeftOut(config, r))];
        return new DataFigures(key, good.Length, scan.Count(r => r.Problem is not null), good.Sum(r => r.Pictures.Length),
            rows.Count(r => r.Images.Count == 0), LengthFigures.Of(good.Select(r => r.Prompt)),
            LengthFigures.Of(good.SelectMany(r => r.Pictures)), LengthFigures.Of(good.Select(r => r.Answer)),
            good.Count(r => r.Answer > config.MaxCompletionLength),
            scan.Count(r => r.Problem is null && r.Prompt > config.MaxPromptLength));
    }

    private static IEnumerable<Finding> DataFindings(RunConfig config, DataFigures figures, IReadOnlyList<ScannedRow> scan)
    {
        string[] problems = [.. scan.Select(r => r.Problem).OfType<string>()];
        string named = string.Join("; ", problems.Take(RowsNamed).Select(p => p.TrimEnd('.')))
            + (problems.Length > RowsNamed ? "; …" : "");
        if (problems.Length > 0)
            yield return config.SkipBadRows && figures.Rows > 0
                ? new Finding(FindingKind.Warning, "data", $"{problems.Length} of {scan.Count} rows cannot be used ({named}) and are left "
                    + "out, as skip_bad_rows says", figures.Key)
                : new Finding(FindingKind.Error, "data", $"{problems.Length} of {scan.Count} rows cannot be used ({named})", figures.Key,
                    null, "Correct or remove them, or set skip_bad_rows: true to leave them out.");
        if (figures.PromptsTooLong > 0) yield return LongPrompts(config, figures, scan);
        if (figures is { Pictures: 0, Rows: > 0 } && !config.AllowTextOnly && figures.Key == (config.TrainsPolicy ? "dataset" : config
            .SftDataset is null ? "dataset" : "sft_dataset"))
            yield return new Finding(FindingKind.Error, "data", $"none of the {figures.Rows} rows has a picture, and the student is a "
                + "vision-language model", figures.Key, "a column images or image, or <image> in the prompt with its picture",
                "If learning from text alone is meant, set allow_text_only: true.");
        if (figures.Key == "eval_dataset" || figures.AnswersCut == 0) yield break;
        if (figures.Key == "sft_dataset" || config.SftSource == SftSource.GroundTruth)
            yield return new Finding(FindingKind.Warning, "data", $"{figures.AnswersCut} of {figures.Rows} ground truths are longer than "
                + $"max_completion_length, {config.MaxCompletionLength}, and the student could never say them whole", figures.Key,
                $"{figures.AnswerTokens.NinetyFifth} for 95 % of them, {figures.AnswerTokens.Most} for all");
    }

    private static Finding LongPrompts(RunConfig config, DataFigures figures, IReadOnlyList<ScannedRow> scan)
    {
        LengthFigures all = LengthFigures.Of(scan.Where(r => r.Problem is null).Select(r => r.Prompt));
        string what = $"{figures.PromptsTooLong} of {scan.Count} prompts are longer than max_prompt_length, {config.MaxPromptLength}",
            enough = $"{all.NinetyFifth} for 95 % of them, {all.Most} for all";
        return config.PromptOverflow switch
        {
            PromptOverflow.Drop when figures.Rows > 0 => new Finding(FindingKind.Warning, "data",
                what + ", and their rows are left out, as prompt_overflow says", figures.Key, enough),
            PromptOverflow.Cut => new Finding(FindingKind.Warning, "data", what + ", and their text is cut", figures.Key, enough),
            _ => new Finding(FindingKind.Error, "data", what, figures.Key, enough,
                "Raise it, shorten the questions, lower max_pixels, or set prompt_overflow to drop or cut."),
        };
    }

    private static TeacherFigures Teacher(string name, PreflightInputs inputs, JudgeScan judging)
    {
        RunConfig config = inputs.Config;
        (Example Question, KeptAnswer Answer)[] all = [.. from question in inputs.Data[0].Rows
            from answer in inputs.Kept.Of(name, question.Id) select (question, answer)];
        IReadOnlyList<(Example Question, KeptAnswer Answer)> looked = JudgeScan.Sample(all, JudgeScan.Most);
        // An answer that was cut when it was collected gets no end token.
        int[] lengths = [.. looked.AsParallel().AsOrdered().Select(a => inputs.Encoder.EncodeCompletion(a.Answer.Text).Length
            + (a.Answer.Truncated ? 0 : 1))];
        return new TeacherFigures(name, all.Length, looked.Count, LengthFigures.Of(lengths),
            lengths.Count(l => l > config.MaxCompletionLength), AsksJudge(config) && all.Length > 0
                ? judging.Answers([.. looked.Select(a => new JudgedCompletion(a.Question, a.Answer.Text, name))]) : null);
    }

    private static Finding CutFinding(TeacherFigures teacher, RunConfig config) => new(
        teacher.Cut >= FewCut * teacher.Looked ? FindingKind.Warning : FindingKind.Information, "teachers",
        $"{ShareOf(teacher.Cut, teacher.Looked)} of the answers of teacher '{teacher.Teacher}' are longer than max_completion_length, "
        + $"{config.MaxCompletionLength}, and are cut", null,
        $"{teacher.Tokens.NinetyFifth} for 95 % of them whole, {teacher.Tokens.Most} for all");

    private static IEnumerable<Finding> JudgeFindings(RunConfig config, TruthFigures[] truths, TeacherFigures[] teachers,
        PreflightInputs inputs)
    {
        foreach (TruthFigures set in truths.Where(t => t.AsGiven.Asked > 0))
        {
            bool trains = set.Key == "dataset";
            FindingKind kind = trains ? FindingKind.Error : FindingKind.Warning;
            string effect = trains ? "the run would learn nothing from it" : "there would be no accuracy";
            if (set.AsGiven.Abstained == set.AsGiven.Asked)
                yield return new Finding(kind, "judge", $"judge {Word(config.Judge)} can decide none of the {set.AsGiven.Asked} ground "
                    + $"truths, for instance {set.AsGiven.Example}; {effect}", set.Key, null, Remedy(config, inputs, set.Key));
            else if (set.RightInAny == 0)
                yield return new Finding(kind, "judge", $"judge {Word(config.Judge)} calls none of the {set.AsGiven.Asked} ground truths "
                    + $"right, in no usual wrapping, for instance {set.AsGiven.Example}; {effect}", set.Key, null,
                    Remedy(config, inputs, set.Key));
            else if (set.AsGiven.Abstained > 0)
                yield return new Finding(FindingKind.Warning, "judge", $"judge {Word(config.Judge)} cannot decide "
                    + $"{ShareOf(set.AsGiven.Abstained, set.AsGiven.Asked)} of the ground truths, for instance {set.AsGiven.Example}; "
                        + $"those "
                    + "rows teach nothing of being right", set.Key);
        }
        if (truths.Any(t => t.Key == "dataset" && (t.RightInAny == 0 || t.AsGiven.Abstained == t.AsGiven.Asked))) yield break;
        JudgeFigures[] judged = [.. teachers.Select(t => t.Judged).OfType<JudgeFigures>()];
        if (judged.Length == 0 || judged.Any(j => j.Right > 0)) yield break;
        int asked = judged.Sum(j => j.Asked);
        bool never = asked >= AnswersThatTell || truths.All(t => t.Key != "dataset" || t.AsGiven.Right == 0)
            || config.SftSource is SftSource.RightTeacherAnswers or SftSource.RightLongTeacherAnswers;
        yield return new Finding(never ? FindingKind.Error : FindingKind.Warning, "judge", $"judge {Word(config.Judge)} calls none of the "
            + $"teachers' {asked} answers right, for instance {judged[0].Example}", "judge", null, Remedy(config, inputs, "dataset")
            + (config.TrainsPolicy ? " Where it is meant so, set reward_weights.answer: 0, and the judge is not asked." : ""));
    }

    // The rule, with the way of finding the answer, under which most would be right, if there is one.
    private static string Remedy(RunConfig config, PreflightInputs inputs, string key)
    {
        JudgedCompletion[] texts = [.. (from row in inputs.Data.First(d => d.Key == key).Rows
            from text in config.Teachers.SelectMany(t => inputs.Kept.Of(t.Name, row.Id)).Select(a => a.Text).DefaultIfEmpty(row.Answer)
            select new JudgedCompletion(row, text, "any")).Take(AnswersThatTell * 50)];
        (RunConfig Other, int Right) best = (from pattern in Enum.GetValues<AnswerPattern>().Prepend(config.AnswerPattern).Distinct()
            from rule in Enum.GetValues<JudgeRule>()
            let other = config with { Judge = rule, AnswerPattern = pattern }
            where !RunConfigCheck.Problems(other).Any()
            select (other, JudgeOf(other, default)(texts).Count(v => v.Value == 1))).MaxBy(c => c.Item2);
        return best.Right > 0 ? $"With judge: {Word(best.Other.Judge)}"
            + (best.Other.AnswerPattern == config.AnswerPattern ? "" : $" and answer_pattern: {Word(best.Other.AnswerPattern)}")
            + $", {ShareOf(best.Right, texts.Length)} of the answers would be right."
            : "Look at the answers beside their ground truths, and choose the judge that reads how they are written.";
    }

    private static string Word(Enum choice) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(choice.ToString());

    private static string ShareOf(int part, int whole) => $"{Share.Percent(part, whole)} ({part} of {whole})";
}
