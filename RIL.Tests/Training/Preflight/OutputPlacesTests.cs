using RIL.Training;
using RIL.Training.Commands;
using RIL.Training.Configuration;
using RIL.Training.Preflight;
using RIL.Training.Runs;

namespace RIL.Tests.Training.Preflight;

/// <summary>What is written has a place of its own.</summary>
public sealed class OutputPlacesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public OutputPlacesTests()
    {
        foreach (string file in new[] { "a/student/config.json", "a/data/data.jsonl", "rows.jsonl", "teacher/config.json", "answers.jsonl",
            "notes/thoughts.txt", "ended/events.jsonl" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(In(file))!);
            File.WriteAllText(In(file), "{}");
        }
        if (OperatingSystem.IsWindows()) return;
        Directory.CreateSymbolicLink(In("link"), In("a"));
        Directory.CreateSymbolicLink(In("ring"), In("ring"));
        File.CreateSymbolicLink(In("rows-link.jsonl"), "rows.jsonl");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a/student", "is student")]
    [InlineData("a/student/", "is student")]
    [InlineData("a/../a/./student", "is student")]
    [InlineData("a", "holds student")]
    [InlineData(".", "holds student")]
    [InlineData("a/student/runs/first", "lies within student")]
    [InlineData("link/student", "is student")]
    [InlineData("link/student/deeper", "lies within student")]
    [InlineData("link", "holds student")]
    [InlineData("a/data", "is eval_dataset")]
    [InlineData("a/data/run", "lies within eval_dataset")]
    [InlineData("rows.jsonl", "is dataset")]
    [InlineData("rows-link.jsonl", "is dataset")]
    [InlineData("teacher", "is the checkpoint of teacher 't'")]
    [InlineData("answers.jsonl", "is the answers of teacher 'u'")]
    public void AFolderThatIsHoldsOrLiesInAnInput_IsRefused(string output, string sentence)
    {
        if (OperatingSystem.IsWindows() && output.Contains("link", StringComparison.Ordinal)) return;
        RunConfig config = Config(output);
        foreach (Action action in new Action[] { () => OutputPlaces.RequireApart("output_dir", In(output), OutputPlaces.Inputs(config)),
            () => RunSession.Open(config, signals: false) })
        {
            string message = Assert.Throws<InputException>(action).Message;
            Assert.Contains(sentence, message, StringComparison.Ordinal);
            Assert.Contains("choose another place", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("runs/first")]
    [InlineData("a/students")] // a name that only begins like an input's
    [InlineData("rows")]
    [InlineData("link/other")]
    [InlineData("ring/x")]
    [InlineData("collected")] // answers that the run itself collects
    public void APlaceOfItsOwn_IsFine(string output)
    {
        if (OperatingSystem.IsWindows() && output is "link/other" or "ring/x") return;
        OutputPlaces.RequireApart("output_dir", In(output), OutputPlaces.Inputs(Config(output)));
    }

    [Theory]
    [InlineData("notes", false)]
    [InlineData("a/student", false)]
    [InlineData("rows.jsonl", false)]
    [InlineData("ended", true)]
    [InlineData("new", true)]
    public void AFolderThatHoldsWhatNoRunWrote_IsRefused(string output, bool fine)
    {
        RunConfig config = new() { Student = "elsewhere", Dataset = "elsewhere", OutputDir = In(output) };
        if (fine) OutputPlaces.RequireRunFolder("output_dir", In(output));
        else
        {
            Assert.Throws<InputException>(() => OutputPlaces.RequireRunFolder("output_dir", In(output)));
            Assert.Throws<InputException>(() => RunSession.Open(config, signals: false).Dispose());
        }
    }

    [Fact]
    public void AFolderThatWasPreparedForARun_IsFine()
    {
        foreach (string name in new[] { "trainer.pid", "request.json", "trainer.log", "mine.log" }) Put("prepared/" + name);
        OutputPlaces.RequireRunFolder("output_dir", In("prepared"));
        Put("prepared/model.safetensors");
        Assert.Contains("(model.safetensors)", Assert.Throws<InputException>(() =>
            OutputPlaces.RequireRunFolder("output_dir", In("prepared"))).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string[]> Verbs => new()
    {
        { "train: the student's own folder", ["train", "--output", "$/a/student", .. Settings] },
        { "train: around the student", ["train", "--output", "$/a", .. Settings] },
        { "train: a folder of somebody's", ["train", "--output", "$/notes", .. Settings] },
        { "study: within the student", ["study", "--config", "$/study.yaml", "--output", "$/a/student/s"] },
        { "study: a folder of somebody's", ["study", "--config", "$/study.yaml", "--output", "$/notes"] },
        { "collect: the questions", ["collect", "--teacher", "t", "--checkpoint", "$/teacher", "--dataset", "$/rows.jsonl",
            "--output", "$/rows.jsonl"] },
        { "collect: into the checkpoint", ["collect", "--teacher", "t", "--checkpoint", "$/teacher", "--dataset", "$/rows.jsonl",
            "--output", "$/teacher/answers.jsonl"] },
        { "evaluate: the questions", ["evaluate", "$/teacher", "--dataset", "$/rows.jsonl", "--answers", "$/rows.jsonl"] },
        { "evaluate: into the checkpoint", ["evaluate", "$/teacher", "--dataset", "$/rows.jsonl", "--answers", "$/teacher/config.json"] },
        { "evaluate: a file of somebody's", ["evaluate", "$/teacher", "--dataset", "$/rows.jsonl", "--answers", "$/notes/thoughts.txt"] },
        { "export: a folder of somebody's", ["quickstart", "export", "quickstart:rl:0:1", "--output", "$/notes"] },
        { "export: another data set", ["quickstart", "export", "quickstart:rl:0:1", "--output", "$/a/data"] },
        { "make: a folder of somebody's", ["quickstart", "make", "--output", "$/notes"] },
    };

    private static string[] Settings => ["--set", "student=$/a/student", "--set", "dataset=$/rows.jsonl", "--set", "max_steps=0", "--set",
        "sft_steps=1"];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void EveryVerbThatWrites_RefusesSuchAPlace_AndChangesNothing(string what, string[] arguments)
    {
        File.WriteAllText(In("study.yaml"), $"settings: {{student: {In("a/student")}, dataset: {In("rows.jsonl")}, max_steps: 0, "
            + "sft_steps: 1}\narms: {one: {title: One}}\n");
        Dictionary<string, string> before = Files();
        using var output = new StringWriter();
        using var errors = new StringWriter();

        int code = CommandLine.Run([.. arguments.Select(a => a.Replace("$", _folder.Path, StringComparison.Ordinal))], output, errors);

        Assert.True(code == ExitCodes.Unusable, $"{what}: {code} {errors}");
        Assert.Matches("choose|expected", errors.ToString());
        Assert.Equal(before, Files());
    }

    private Dictionary<string, string> Files() => Directory.EnumerateFiles(_folder.Path, "*", new EnumerationOptions
        { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).ToDictionary(f => f, File.ReadAllText);

    private RunConfig Config(string output) => new()
    {
        Student = In("a/student"), Dataset = In("rows.jsonl"), EvalDataset = In("a/data"), OutputDir = In(output),
        Teachers = [new("t", In("collected/t.jsonl"), 1, In("teacher")), new("u", In("answers.jsonl"))],
    };

    private void Put(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(file))!);
        File.WriteAllText(In(file), "x");
    }

    private string In(string path) => Path.Combine(_folder.Path, path);
}
