using System.Text.Json.Nodes;
using RIL.Training;
using RIL.Training.Configuration;
using RIL.Training.Grpo;
using RIL.Training.Rewards;

namespace RIL.Tests.Training.Runs;

public class RunConfigTests
{
    private static readonly RunConfig Usable = new()
        { Student = "student", Dataset = "questions.jsonl", Teachers = [new("a", "a.parquet"), new("b", "b.parquet")] };

    private const string Yaml = """
        student: models/small
        dataset: questions.jsonl
        num_generations: 2      # two each
        learning_rate: 1e-5
        loss_type: dapo
        epsilon_high: 0.28
        reward_weights: [0.5, 2]
        teachers:
          - {name: a, answers: a.parquet}
          - {name: b, answers: b.parquet, weight: 1.0}
        """;

    [Fact]
    public void Yaml_IsReadUnderTrlNames()
    {
        RunConfig config = RunConfigDocument.Bind(RunConfigDocument.ParseYaml(Yaml, "run.yaml"));

        Assert.Equal(("models/small", 2, 1e-5, LossType.Dapo, 0.28), (config.Student, config.CompletionsPerPrompt, config.LearningRate,
            config.LossType, config.ClipHigh));
        Assert.Equal(new RewardWeights(0.5, 2), config.RewardWeights);
        Assert.Equal([new TeacherSource("a", "a.parquet"), new TeacherSource("b", "b.parquet")], config.Teachers);
        Assert.Equal([1.0, 1.0], config.TeacherDraws);
        Assert.Empty(RunConfigCheck.Problems(config));
    }

    [Fact]
    public void Documents_InJsonAndYaml_ReadBackAsWritten()
    {
        RunConfig config = Usable with { Judge = JudgeRule.AfterMarker, AnswerMarker = "answer : \"#1\" ü\n",
            Seed = 1L << 50, SaveTotalLimit = null, LearningRate = 7e-5, FreezeVisionTower = false };
        JsonObject written = RunConfigDocument.Write(config);

        RunConfig fromJson = RunConfigDocument.Bind(RunConfigDocument.ParseJson(RunConfigDocument.WriteJson(config), "j"));
        RunConfig fromYaml = RunConfigDocument.Bind(RunConfigDocument.ParseYaml(RunConfigDocument.WriteYaml(config), "y"));
        RunConfig fromChanges = RunConfigDocument.Bind(RunConfigDocument.ParseYaml(RunConfigDocument.WriteYaml(config, onlyChanged: true),
            "c"));

        foreach (RunConfig read in (RunConfig[])[fromJson, fromYaml, fromChanges])
            Assert.Equal(written.ToJsonString(), RunConfigDocument.Write(read).ToJsonString());
    }

    [Fact]
    public void LaterLayers_WinOverEarlierOnes_AndReachIntoSettings()
    {
        RunConfig config = RunConfigDocument.Bind(
            RunConfigDocument.ParseYaml(Yaml, "run.yaml"), RunConfigDocument.ParseOverride("reward_weights.answer=3"),
            RunConfigDocument.ParseOverride("top_k=0"),
            RunConfigDocument.ParseOverride("epsilon_high=null"), RunConfigDocument.ParseOverride("answer_marker='answer :'"));

        Assert.Equal(new RewardWeights(0.5, 3), config.RewardWeights);
        Assert.Equal((0, (double?)null, "answer :"), (config.TopK, config.EpsilonHigh, config.AnswerMarker));
    }

    [Theory]
    [InlineData("num_generation: 4", "unknown setting 'num_generation'; did you mean 'num_generations'?")]
    [InlineData("learning-rate: 1", "did you mean 'learning_rate'?")]
    [InlineData("num_generations: four", "num_generations is \"four\"; expected a whole number from 1 to 4096.")]
    [InlineData("num_generations: 2.5", "expected a whole number from 1 to 4096.")]
    [InlineData("num_generations: 0", "num_generations is 0; expected a whole number from 1 to 4096.")]
    [InlineData("temperature: 0", "expected a number from 0.001 to 100.")]
    [InlineData("top_p: 1.5", "top_p is 1.5; expected a number above 0 to 1.")]
    [InlineData("beta: null", "beta is null; expected a number from 0 to 100.")]
    [InlineData("loss_type: ppo", "loss_type is \"ppo\"; expected one of grpo, bnpo, dr_grpo, dapo.")]
    [InlineData("train_discriminator: yes", "expected true or false.")]
    [InlineData("reward_weights: {style: 1}", "expected {similarity: number, answer: number}")]
    [InlineData("reward_weights: [1, -1]", "expected {similarity: number, answer: number}")]
    [InlineData("teachers: [{name: a, answer: x}]",
        "unknown key 'answer'; expected name, answers, weight, checkpoint, and 'answers' is the nearest.")]
    [InlineData("teachers: [{name: a}]", "teachers[0]: answers is missing; expected a text.")]
    [InlineData("teachers: a", "expected a list of {name, answers, weight, checkpoint}.")]
    [InlineData("seed: 1\nseed: 2", "not valid YAML")]
    [InlineData("a: [", "not valid YAML")]
    [InlineData("[1]: 2", "not valid YAML")]
    [InlineData("- 1", "expected a mapping")]
    public void WrongDocuments_AreRefused_WithKeyExpectationAndWhatCame(string yaml, string sentence)
    {
        var refused = Assert.Throws<InputException>(() => RunConfigDocument.Bind(RunConfigDocument.ParseYaml(yaml, "run.yaml")));

        Assert.StartsWith("run.yaml: ", refused.Message);
        Assert.Contains(sentence, refused.Message);
    }

    // Each would take minutes or all memory, or end the process, where it were read.
    public static TheoryData<string, string> Bombs => new()
    {
        { "a: &a [x, x, x, x, x, x, x, x, x]\n"
            + string.Concat(Enumerable.Range('b', 12)
            .Select(c => $"{(char)c}: &{(char)c} [{string.Join(", ", Enumerable.Repeat($"*{(char)(c - 1)}", 9))}]\n")),
            "stands for more than 100000 values" },
        { "a: &a [*a]", "it is not valid YAML" },
        { "a: " + new string('[', 100_000), "nested too deeply" },
        { "a: " + new string('[', 40) + new string(']', 40), "nested too deeply" },
        { new string(' ', 256 * 1024) + "a: 1", "characters; expected at most" },
    };

    [Theory]
    [MemberData(nameof(Bombs))]
    public void YamlThatGrowsOrNestsWithoutEnd_IsRefused(string yaml, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<InputException>(() => RunConfigDocument.ParseYaml(yaml, "run.yaml")).Message);

    [Fact]
    public void Teachers_MayShareAGroupInFractions()
    {
        RunConfig config = Usable with { CompletionsPerPrompt = 3, CompletionsPerPass = 6 };
        Assert.Equal([1.5, 1.5], config.TeacherDraws);
        Assert.Empty(RunConfigCheck.Problems(config));
    }

    [Theory]
    [InlineData("student=", "student is missing")]
    [InlineData("teachers=[]", "teachers is empty")]
    [InlineData("per_device_train_batch_size=7",
        "is 126, not a multiple of num_generations, 4; expected whole groups in a step, for instance 128.")]
    [InlineData("reward_weights=[0, 0]", "reward_weights are both 0")]
    [InlineData("judge=after_marker", "answer_marker is missing")]
    [InlineData("eval_steps=5", "neither validation_dataset nor eval_dataset")]
    [InlineData("policy=none", "nothing would be trained")]
    [InlineData("bf16=true", "computes in float32")]
    [InlineData("teachers=[{name: student, answers: x}]", "another name than student")]
    public void SettingsThatContradictEachOther_AreProblems(string change, string sentence)
    {
        RunConfig config = RunConfigDocument.Bind(new SettingsLayer("base", RunConfigDocument.Write(Usable)), change == "student="
            ? new SettingsLayer("x", new JsonObject { ["student"] = "" }) : RunConfigDocument.ParseOverride(change));

        Assert.Contains(RunConfigCheck.Problems(config), p => p.Contains(sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void BetaZero_IsAllowedWithAWarning()
    {
        Assert.Empty(RunConfigCheck.Problems(Usable with { Beta = 0 }));
        Assert.Contains(RunConfigCheck.Warnings(Usable with { Beta = 0 }), w => w.StartsWith("beta is 0", StringComparison.Ordinal));
        Assert.Empty(RunConfigCheck.Warnings(Usable));
    }

    [Fact]
    public void Defaults_AreThePapers()
    {
        var config = new RunConfig();

        Assert.Equal((4, 1, 0.2, 0.01, 1e-6, 1.0, 0.95, 50, 1.05, 144, 36),
            (config.CompletionsPerPrompt, config.UpdatesPerBatch, config.Epsilon, config.Beta, config.LearningRate, config.Temperature,
                config.TopP, config.TopK, config.RepetitionPenalty, config.CompletionsPerStep, config.PromptsPerStep));
    }

    [Fact]
    public void Schema_DescribesEverySetting_AndItsDefault()
    {
        JsonObject schema = RunConfigSchema.Create();
        JsonObject properties = schema["properties"]!.AsObject(), defaults = RunConfigDocument.Write(new RunConfig());

        Assert.Equal(defaults.Select(p => p.Key), properties.Select(p => p.Key));
        Assert.All(properties, p => Assert.False(string.IsNullOrWhiteSpace(p.Value!["description"]!.GetValue<string>())));
        Assert.All(properties, p => Assert.True(JsonNode.DeepEquals(p.Value!["default"], defaults[p.Key])));
        Assert.Equal("""["grpo","bnpo","dr_grpo","dapo"]""", properties["loss_type"]!["enum"]!.ToJsonString());
        Assert.Equal("""["number","null"]""", properties["epsilon_high"]!["type"]!.ToJsonString());
    }
}
