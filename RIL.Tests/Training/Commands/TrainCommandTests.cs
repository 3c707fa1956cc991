using System.Diagnostics;
using System.Text.Json.Nodes;
using RIL.Training.Commands;
using RIL.Training.Configuration;
using RIL.Training.Runs;
using RIL.Training.Teachers;

namespace RIL.Tests.Training.Commands;

/// <summary>The verbs on whole runs of seconds; those that need a process of their own (kill, signals) start the program itself.</summary>
public sealed class TrainCommandTests(TrainCommandTests.WholeRun whole) : IClassFixture<TrainCommandTests.WholeRun>
{
    private readonly TinyRun _runs = whole.Tiny;

    [Fact]
    public void Train_ShowsProgressAndTheClosingTable()
    {
        string shown = whole.Output.ReplaceLineEndings("\n");

        foreach (string part in (string[])["TorchSharp 0.107", "sft ", "discriminator ", "ril ", "100%  5/5",
            "accuracy on 8 held-out questions", "after SFT", "after RIL", "Student: "])
            Assert.Contains(part, shown, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', shown);
    }

    [Fact]
    public void Evaluate_AgreesWithTheRun_AndCollectKeepsAnswers()
    {
        string student = Path.Combine(_runs.Folder("whole"), "student");
        string answers = _runs.Folder("collected.jsonl");
        var summary = RunEvents.Read(new RunFolder(_runs.Folder("whole")).Events).OfType<FinishedEvent>().Single().Summary!;

        (int code, string output, string errors) = Run("evaluate", student, "--config", whole.ConfigFile, "--json");
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(summary.Evaluations[^1].Accuracy, JsonNode.Parse(output)!["accuracy"]!.GetValue<double>());

        for (int time = 0; time < 2; time++) // what is there is not asked again
            Assert.Equal(0, Run("collect", "--teacher", "me", "--checkpoint", student, "--config", whole.ConfigFile, "--output", answers,
                "--answers", "2").Code);
        Assert.Equal(24, File.ReadAllLines(answers).Length);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(21)]
    [InlineData(38)]
    public void Resume_AfterKill_GivesTheSameEventsAndWeights(int eventsBeforeTheKill)
    {
        string name = $"killed-{eventsBeforeTheKill}", folder = _runs.Folder(name);
        using (Process process = Start("train", "--config", whole.ConfigFile, "--output", folder, "--json"))
        {
            for (int i = 0; i < eventsBeforeTheKill; i++) Assert.NotNull(process.StandardOutput.ReadLine());
            process.Kill();
            process.WaitForExit();
        }
        using (Process process = Start("train", "--resume", folder, "--json"))
        {
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal((0, ""), (process.ExitCode, process.StandardError.ReadToEnd()));
        }
        Assert.Equal(_runs.Events("whole"), _runs.Events(name));
        Assert.All(_runs.Bits("whole"), file => Assert.True(file.Value.AsSpan().SequenceEqual(_runs.Bits(name)[file.Key]), file.Key));
    }

    [Theory, InlineData("jsonl"), InlineData("jsonl.gz")]
    public void Collect_AfterKill_GoesOn_AndKeepsEveryAnswerOnce(string kind)
    {
        string[] Arguments(string file) => ["collect", "--teacher", "me", "--checkpoint", Path.Combine(_runs.Folder("whole"), "student"),
            "--config", whole.ConfigFile, "--dataset", "quickstart:rl:0:120", "--answers", "2", "--output", file];
        string uninterrupted = _runs.Folder($"answers-whole.{kind}"), killed = _runs.Folder($"answers-killed.{kind}");
        Assert.Equal(0, Run(Arguments(uninterrupted)).Code);
        using (Process process = Start(Arguments(killed)))
        {
            while (process.StandardOutput.ReadLine() is not null && new FileInfo(killed) is not { Exists: true, Length: > 0 }) ;
            process.Kill();
            process.WaitForExit();
        }
        (int code, _, string errors) = Run(Arguments(killed));
        Assert.Equal((0, ""), (code, errors));
        KeptAnswers expected = KeptAnswers.Load(uninterrupted), kept = KeptAnswers.Load(killed);
        Assert.Equal(240, kept.Count);
        for (int i = 0; i < 120; i++) Assert.Equal(expected.Of("me", $"rl-0-{i}"), kept.Of("me", $"rl-0-{i}"));
    }

    [Fact]
    public void Sigterm_EndsWithACheckpoint_AndTheCodeForStopped()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals; the control file is tested everywhere.");
        string folder = _runs.Folder("terminated");
        using (Process process = Start("train", "--config", whole.ConfigFile, "--output", folder, "--json"))
        {
            while (process.StandardOutput.ReadLine() is { } line && !line.Contains("\"step\":2", StringComparison.Ordinal)) ;
            Signal.Terminate(process);
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(130, process.ExitCode);
        }
        var finished = Assert.IsType<FinishedEvent>(RunEvents.Read(new RunFolder(folder).Events).Last());
        Assert.Equal(("stopped", "SIGTERM"), (finished.State, finished.Signal));
        Assert.NotNull(new CheckpointStore(folder, null).LastGood());
    }

    [Theory]
    [InlineData("--resume nowhere", "there is no run")]
    [InlineData("--set student=nowhere", "nowhere")]
    [InlineData("--set dataset=nowhere.jsonl", "nowhere.jsonl")]
    [InlineData("--set num_generations=3", "num_generations")]
    [InlineData("--set learning_rat=3", "did you mean 'learning_rate'?")]
    [InlineData("--set device=gpu", "expected one of auto, cpu, cuda")]
    [InlineData("--matmul quick", "'quick'")]
    public void BadInput_IsOneSentence_AndExitCode2(string arguments, string sentence)
    {
        (int code, _, string errors) =
            Run(["train", "--config", whole.ConfigFile, "--output", _runs.Folder("bad" + arguments.GetHashCode(StringComparison.Ordinal)),
            .. arguments.Split(' ')]);

        Assert.Equal(2, code);
        Assert.Contains(sentence, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        using StringWriter output = new(), errors = new();
        int code = CommandLine.Run(arguments, output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    private static Process Start(params string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "RIL.Training.dll");
        return Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true,
            RedirectStandardError = true })!;
    }

    /// <summary>A run that nothing interrupts, by the command line, for all tests.</summary>
    public sealed class WholeRun : IDisposable
    {
        public WholeRun()
        {
            ConfigFile = Tiny.Folder("tiny.yaml");
            RunConfig config = Tiny.Config("whole") with { OutputDir = null, RunName = "tiny" };
            File.WriteAllText(ConfigFile, RunConfigDocument.WriteYaml(config, onlyChanged: true));
            (int code, Output, string errors) = Run("train", "--config", ConfigFile, "--output", Tiny.Folder("whole"));
            Assert.Equal((0, ""), (code, errors));
        }

        internal TinyRun Tiny { get; } = new();

        internal string ConfigFile { get; }

        internal string Output { get; }

        public void Dispose() => Tiny.Dispose();
    }
}
