using System.Text.Json;
using RIL.Training;
using RIL.Training.Configuration;
using RIL.Training.Datasets;
using RIL.Training.Preflight;
using RIL.Training.Quickstart;
using RIL.Training.Rewards;
using RIL.Training.Runs;

namespace RIL.Tests.Training.Preflight;

/// <summary>What a run would trip over later is found before its first step.</summary>
public sealed class RunPreflightTests : IDisposable
{
    private const string Data = "data.jsonl";
    private readonly TinyRun _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void AUsableRun_PassesWithItsFigures()
    {
        var seen = new System.Collections.Concurrent.ConcurrentBag<(int Done, int Total)>();
        PreflightReport report = RunPreflight.Run(_runs.Config("x"), (done, total) => seen.Add((done, total)));

        Assert.True(report.Passes, string.Join("\n", report.Findings.Select(f => f.Sentence)));
        Assert.Equal(["dataset", "sft_dataset", "eval_dataset"], report.Data.Select(d => d.Key));
        Assert.Equal((12, 0, 12, 0), (report.Data[0].Rows, report.Data[0].BadRows, report.Data[0].Pictures,
            report.Data[0].RowsWithoutPictures));
        Assert.True(report.Data[0].PromptTokens.Least > report.Data[0].PictureTokens.Most);
        Assert.Equal(Enumerable.Range(1, 60), seen.Select(s => s.Done).Order());
        Assert.All(seen, s => Assert.Equal(60, s.Total));
        Assert.All(report.Teachers, t => Assert.Equal((36, 36), (t.Judged!.Asked, t.Judged.Right)));
        TruthFigures truths = report.Truths.First(t => t.Key == "dataset");
        Assert.Equal((0, 12, 12), (truths.AsGiven.Right, truths.Wrapped["answer : …"].Right, truths.RightInAny));
        Assert.NotEmpty(truths.AsGiven.RightByType);
        PreflightReport again = JsonSerializer.Deserialize<PreflightReport>(JsonSerializer.Serialize(report))!;
        Assert.Equal(JsonSerializer.Serialize(report), JsonSerializer.Serialize(again));
        Assert.Contains("A run can start.", PreflightText.All(report));
    }

    public static TheoryData<string, string> BadPictures => new()
    {
        { "far too long for its width", "times as long as wide" }, { "half of a file", "" }, { "no picture", "" }, { "missing", "" },
        { "empty", "" },
    };

    // The row stands late in the set, where training would come to it after a while.
    [Theory]
    [MemberData(nameof(BadPictures))]
    public void OneBadPictureAmongMany_IsFoundByRow_AndTheRunDoesNotStart(string kind, string sentence)
    {
        string folder = Rows(40, bad: 37, kind);
        RunConfig config = Own(folder);
        PreflightReport report = RunPreflight.Run(config);

        Finding error = Assert.Single(report.Findings, f => f.Kind == FindingKind.Error);
        Assert.Equal("data", error.Subject);
        Assert.Contains("rl-0-37", error.Sentence + " rl-0-37 row 38 ", StringComparison.Ordinal);
        Assert.Contains(sentence, error.Sentence, StringComparison.Ordinal);
        string refused = Assert.Throws<InputException>(() => TinyRun.Execute(config)).Message;
        Assert.Contains("1 of 40 rows cannot be used", refused, StringComparison.Ordinal);
        Assert.DoesNotContain(RunEvents.Read(new RunFolder(config.OutputDir!).Events), e => e is StageEvent);
    }

    // The run with the bad row left out is the run on the rows that are good, and it goes on as one.
    [Fact]
    public void SkipBadRows_LeavesThemOutAndCountsThem_BeforeAndAfterAResume()
    {
        string folder = Rows(12, bad: 7, "half of a file");
        RunConfig config = Own(folder) with { SkipBadRows = true, MaxSteps = 2, SaveSteps = 1 };
        PreflightReport report = RunPreflight.Run(config);
        Assert.True(report.Passes);
        Assert.Equal((11, 1), (report.Data[0].Rows, report.Data[0].BadRows));
        Assert.Contains(report.Findings, f => f.Kind == FindingKind.Warning
            && f.What.Contains("1 of 12 rows cannot be used", StringComparison.Ordinal));

        Assert.Equal("completed", TinyRun.Execute(config));
        RunConfig broken = config with { OutputDir = _runs.Folder("broken") };
        Assert.Throws<IOException>(() => TinyRun.Execute(broken, new EndsAtFirstCheckpoint()));
        Assert.Equal("completed", TinyRun.Execute(broken with { ResumeFromCheckpoint = "latest" }));
        RunConfig good = config with { OutputDir = _runs.Folder("good"), SkipBadRows = false };
        string rows = Path.Combine(folder, Data);
        File.WriteAllLines(rows, File.ReadAllLines(rows).Where((_, i) => i != 7));
        Assert.Equal("completed", TinyRun.Execute(good));

        byte[] Student(RunConfig of) => File.ReadAllBytes(Path.Combine(of.OutputDir!, "student", "model.safetensors"));
        Assert.Equal(Student(good), Student(config));
        Assert.Equal(Student(good), Student(broken));
    }

    [Theory]
    [InlineData(PromptOverflow.Refuse, false, 12)]
    [InlineData(PromptOverflow.Drop, true, 6)]
    public void PromptsBeyondTheLimit_AreRefusedOrLeftOut_WithTheLengthThatWouldDo(PromptOverflow overflow, bool passes, int rows)
    {
        string folder = Rows(12);
        string file = Path.Combine(folder, Data);
        File.WriteAllLines(file, File.ReadAllLines(file).Select((line, i) => i % 2 == 0 ? line
            : line.Replace("\"type\":\"text\",\"text\":\"", "\"type\":\"text\",\"text\":\"" + string.Concat(Enumerable.Repeat("is ", 40)),
                StringComparison.Ordinal)));
        PreflightReport report = RunPreflight.Run(Own(folder) with { MaxPromptLength = 40, PromptOverflow = overflow });
        Assert.Equal(passes, report.Passes);
        Assert.Equal((6, rows), (report.Data[0].PromptsTooLong, report.Data[0].Rows));
        Assert.Contains(report.Findings, f => f.What.Contains("6 of 12 prompts are longer than max_prompt_length, 40",
            StringComparison.Ordinal) && f.Expected!.Contains("for 95 %", StringComparison.Ordinal));
    }

    [Fact]
    public void ADataSetWithoutPictures_IsRefusedUnlessItIsMeant()
    {
        string folder = _runs.Folder("text");
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path.Combine(folder, Data), Enumerable.Range(0, 6).Select(i => JsonSerializer.Serialize(new
            { prompt = $"is there a bag {i} ?", answer = "yes" })));
        RunConfig config = Own(folder);
        Assert.Contains("none of the 6 rows has a picture", Assert.Single(RunPreflight.Run(config).Findings,
            f => f.Kind == FindingKind.Error).Sentence, StringComparison.Ordinal);
        Assert.True(RunPreflight.Run(config with { AllowTextOnly = true }).Passes);
    }

    private sealed class EndsAtFirstCheckpoint : IRunObserver
    {
        public void Observe(RunEvent happened)
        {
            if (happened is CheckpointEvent) throw new IOException("ended");
        }
    }

    public static TheoryData<string, JudgeRule, string?, string, string, bool, string> Judges => new()
    {
        // truth, rule, marker, teachers' answers, what stands in the finding
        { "numbers and a rule for letters", JudgeRule.MultipleChoice, null, "42", "42", false, "can decide none of the" },
        { "words and a rule for numbers", JudgeRule.Numeric, null, "a dog", "a dog", false, "With judge: exact" },
        { "tags and a marker", JudgeRule.AfterMarker, "answer :", "3", "<answer>3</answer>", false, "calls none of the teachers'" },
        { "boxes and a marker", JudgeRule.AfterMarker, "####", "3", "so \\boxed{3}", false, "calls none of the teachers'" },
        { "sentences and whole texts", JudgeRule.Exact, null, "dog", "I see a small dog there", false,
            "calls none of the teachers'" },
        { "nothing to compare", JudgeRule.Exact, null, ".", ".", false, "can decide none of the" },
        { "numbers", JudgeRule.Numeric, null, "3", "I think it is 3", true, "" },
        { "letters", JudgeRule.MultipleChoice, null, "B", "The answer is B.", true, "" },
        { "a marker", JudgeRule.AfterMarker, "####", "3", "so it is\n#### 3", true, "" },
    };

    [Theory]
    [MemberData(nameof(Judges))]
    public void AJudgeUnderWhichNothingIsEverRight_IsRefusedWithWhatWouldHelp(string what, JudgeRule rule, string? marker, string truth,
        string answer, bool passes, string sentence)
    {
        string folder = Rows(30, truth: truth);
        RunConfig config = Own(folder, answer) with { Judge = rule, AnswerMarker = marker };
        PreflightReport report = RunPreflight.Run(config);

        Assert.True(report.Passes == passes, what + ": " + string.Join("\n", report.Findings.Select(f => f.Sentence)));
        if (passes) return;
        Assert.Contains(report.Findings, f => f.Kind == FindingKind.Error && f.Subject == "judge"
            && f.Sentence.Contains(sentence, StringComparison.Ordinal));
        Assert.Contains(sentence, Assert.Throws<InputException>(() => TinyRun.Execute(config)).Message, StringComparison.Ordinal);

        // With weight 0 the judge has no say.
        Assert.True(RunPreflight.Run(config with { RewardWeights = new(1, 0) }).Passes);
    }

    [Fact]
    public void HeldOutTruthsThatNoJudgeCanDecide_AreAWarning_AndTheRunStarts()
    {
        string folder = Rows(4, truth: "a dog");
        PreflightReport report = RunPreflight.Run(_runs.Config("x") with { EvalDataset = folder, Judge = JudgeRule.Numeric,
            RewardWeights = new(1, 0) });
        Assert.True(report.Passes);
        Assert.Contains(report.Findings, f => f.Kind == FindingKind.Warning && f.Where == "eval_dataset"
            && f.What.Contains("there would be no accuracy", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(200, false)]
    public void AnswersLongerThanTheLimit_AreCountedBeforeTraining(int limit, bool cut)
    {
        PreflightReport report = RunPreflight.Run(_runs.Config("x") with { MaxCompletionLength = limit });
        Assert.All(report.Teachers, t => Assert.Equal(cut, t.Cut > 0));
        Assert.Equal(cut, report.Findings.Any(f => f.Subject == "teachers" && f.Kind == FindingKind.Warning
            && f.Expected!.Contains($"{report.Teachers[0].Tokens.NinetyFifth} for 95 %", StringComparison.Ordinal)));
    }

    [Fact]
    public void EverythingThatCannotBeRead_IsOneReport()
    {
        RunConfig config = _runs.Config("x");
        File.WriteAllText(Path.Combine(_runs.Student, "config.json"), "{}");
        PreflightReport report = RunPreflight.Run(config with { EvalDataset = _runs.Folder("nowhere"), OutputDir = _runs.Student });
        Assert.False(report.Passes);
        Assert.Equal(["checkpoint", "data", "output"], report.Findings.Where(f => f.Kind == FindingKind.Error).Select(f => f.Subject)
            .Distinct().Order());
    }

    [Theory]
    [InlineData(new int[0], 0, 0, 0, 0)]
    [InlineData(new[] { 7 }, 7, 7, 7, 7)]
    [InlineData(new[] { 2, 1 }, 1, 1, 2, 2)]
    [InlineData(new[] { 5, 1, 4, 2, 3 }, 1, 3, 5, 5)]
    public void Lengths_AreTheValuesThatSoManyDoNotExceed(int[] lengths, int least, int median, int ninetyFifth, int most) =>
        Assert.Equal(new LengthFigures(lengths.Length, least, median, ninetyFifth, most), LengthFigures.Of(lengths));

    [Fact]
    public void Lengths_OfAHundred() => Assert.Equal(new LengthFigures(100, 1, 50, 95, 100), LengthFigures.Of(Enumerable.Range(1, 100)));

    [Theory]
    [InlineData("", 0)]
    [InlineData("judge=multiple_choice", ExitCodes.Unusable)]
    [InlineData("max_steps=0", ExitCodes.Done)]
    public void TrainCheck_PrintsTheReport_AndItsExitCodeSaysWhetherARunWouldStart(string change, int code)
    {
        string file = _runs.Folder("run.json");
        File.WriteAllText(file, RunConfigDocument.WriteJson(_runs.Config("checked")));
        string[] arguments = ["train", "--config", file, "--check", .. change.Length > 0 ? new[] { "--set", change } : []];
        using var text = new StringWriter();
        using var json = new StringWriter();

        Assert.Equal(code, RIL.Training.Commands.CommandLine.Run(arguments, text, text));
        Assert.Equal(code, RIL.Training.Commands.CommandLine.Run([.. arguments, "--json"], json, json));
        Assert.Contains(code == 0 ? "A run can start." : "A run would not start", text.ToString(), StringComparison.Ordinal);
        Assert.Equal(code == 0, JsonDocument.Parse(json.ToString()).RootElement.GetProperty("passes").GetBoolean());
        Assert.False(Directory.Exists(_runs.Folder("checked")));
    }

    // Rows of the quickstart as a folder of files, one picture of which may be bad.
    private string Rows(int count, int bad = -1, string kind = "", string? truth = null)
    {
        string folder = _runs.Folder($"rows-{count}-{bad}");
        QuickstartExport.Write([.. QuickstartData.Load($"quickstart:rl:0:{count}").Select(r => truth is null ? r : r with
            { Answer = truth })], folder);
        if (bad < 0) return folder;
        string picture = Path.Combine(folder, "pictures", $"rl-0-{bad}.png");
        byte[] whole = File.ReadAllBytes(picture);
        switch (kind)
        {
            case "missing": File.Delete(picture); break;
            case "empty": File.WriteAllBytes(picture, []); break;
            case "no picture": File.WriteAllText(picture, "<html>not found</html>"); break;
            case "half of a file": File.WriteAllBytes(picture, whole[..(whole.Length / 2)]); break;
            default: File.WriteAllBytes(picture, File.ReadAllBytes(LongPicture())); break;
        }
        return folder;
    }

    // 750 × 3, as a BMP, which needs no encoder.
    private string LongPicture()
    {
        const int Width = 750, Height = 3, Line = Width * 3 + 2;
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write("BM"u8);
        foreach (int value in new[] { 54 + Line * Height, 0, 54, 40, Width, Height, 1 | 24 << 16, 0, Line * Height, 2835, 2835, 0, 0 })
            writer.Write(value);
        writer.Write(new byte[Line * Height]);
        string file = _runs.Folder("long.bmp");
        File.WriteAllBytes(file, bytes.ToArray());
        return file;
    }

    private RunConfig Own(string folder, string? answer = null)
    {
        RunConfig config = _runs.Config("own-" + Path.GetFileName(folder)) with { Dataset = Path.Combine(folder, Data), SftDataset = null,
            EvalDataset = null, EvalSteps = 0 };
        if (answer is null) return config with { TeachersInGroup = false, RewardWeights = new(0, 1), Teachers = [], SftSteps = 0 };
        string answers = _runs.Folder("own.jsonl");
        File.WriteAllLines(answers, Enumerable.Range(0, 30).SelectMany(i => new[] { "long", "short" }.Select(t => JsonSerializer.Serialize(
            new { question = $"rl-0-{i}", teacher = t, text = answer }))));
        return config with { Teachers = [new("long", answers), new("short", answers)], MaxCompletionLength = 64 };
    }
}
