using RIL.Training;
using RIL.Training.Commands;
using RIL.Training.Configuration;
using RIL.Training.Studies;

namespace RIL.Tests.Training.Studies;

public sealed class StudyCommandTests : IDisposable
{
    private readonly TinyRun _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Study_RunsArmsWithSeeds_WritesTheTable_AndRunsNothingTwice()
    {
        string file = _runs.Folder("study.yaml"), common = _runs.Folder("common.json"), folder = _runs.Folder("study");
        RunConfig config = _runs.Config("unused") with { OutputDir = null, MaxSteps = 2, DiscriminatorPretrainSteps = 1, SftSteps = 2 };
        File.WriteAllText(common, RunConfigDocument.WriteJson(config));
        File.WriteAllText(file, $$$"""
            settings: {{{File.ReadAllText(common).ReplaceLineEndings("")}}}
            arms:
              sft: {title: SFT, settings: {policy: none}}
              ril: {title: RIL both, from: sft, presets: [ril]}
            """);

        string[] arguments = ["study", "--config", file, "--seeds", "2", "--parallel", "2", "--output", folder];
        Assert.Equal((0, ""), Run(arguments));
        string[] csv = File.ReadAllLines(Path.Combine(folder, "results.csv"));
        Assert.StartsWith("arm,seed,accuracy,", csv[0], StringComparison.Ordinal);
        Assert.Equal(["sft,1", "sft,2", "ril,1", "ril,2"], csv.Skip(1).Select(l => string.Join(',', l.Split(',').Take(2))));
        Assert.Contains("| RIL both | 2 | ", File.ReadAllText(Path.Combine(folder, "results.md")), StringComparison.Ordinal);
        Assert.NotEqual(Student("sft", 1), Student("sft", 2));
        Assert.NotEqual(Student("sft", 1), Student("ril", 1));

        DateTime before = File.GetLastWriteTimeUtc(Path.Combine(folder, "seed-1", "sft", "events.jsonl"));
        Assert.Equal((0, ""), Run(arguments));
        Assert.Equal(before, File.GetLastWriteTimeUtc(Path.Combine(folder, "seed-1", "sft", "events.jsonl")));

        (int code, string errors) = Run([.. arguments, "--set", "sft_learning_rate=1e-2"]);
        Assert.Equal(2, code);
        Assert.Contains("sft_learning_rate", errors, StringComparison.Ordinal);

        string Student(string arm, int seed) =>
            Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(
            File.ReadAllBytes(Path.Combine(folder, $"seed-{seed}", arm, "student", "model.safetensors"))));
    }

    [Theory]
    [InlineData("arms: {a: {from: b}, b: {}}", "expected the name of an arm above it")]
    [InlineData("arms: {a: {setting: {}}}", "unknown key 'setting'")]
    [InlineData("settings: {}", "arms is missing")]
    public void WrongStudies_AreRefused(string yaml, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<InputException>(() =>
            Study.Parse(RunConfigDocument.ParseYaml(yaml, "study.yaml"))).Message, StringComparison.Ordinal);

    [Fact]
    public void EveryStudyOfTheProgram_Configures()
    {
        foreach (string name in RunPresets.Studies)
        {
            var study = Study.Parse(RunPresets.GetStudy(name));
            foreach (StudyArm arm in study.Arms) study.Configure(arm, 1, _runs.Folder("x"), []);
        }
    }

    private static (int Code, string Errors) Run(string[] arguments)
    {
        using StringWriter output = new(), errors = new();
        return (CommandLine.Run(arguments, output, errors), errors.ToString());
    }
}
