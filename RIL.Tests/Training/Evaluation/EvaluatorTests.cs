using System.Text.Json;
using RIL.Training.Datasets;
using RIL.Training.Evaluation;
using RIL.Training.Generation;
using RIL.Training.Models;
using RIL.Training.Rewards;
using RIL.Training.Runs;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Evaluation;

public sealed class EvaluatorTests
{
    [Fact]
    public void Accuracy_IsAmongTheAnswersThatCouldBeJudged()
    {
        EvaluationResult result = EvaluationResult.Of([Answer("cost", 4, true), Answer("cost", 8, false), Answer("cost", 6, null),
            Answer("item", 2, true), Answer(null, 5, false)]);
        Assert.Equal(0.5, result.Accuracy);
        Assert.Equal(5, result.MeanLength);
        Assert.Equal((5, 4), (result.Questions, result.Judged));
        Assert.Equal([("cost", 0.5), ("item", 1)], result.ByType.Select(t => (t.Key, t.Value)));
        Assert.Equal(["eval/accuracy", "eval/mean_length", "eval/abstain_ratio", "eval/accuracy/cost", "eval/accuracy/item"],
            result.Metrics().Select(m => m.Key));

        static EvaluatedAnswer Answer(string? type, int tokens, bool? right) =>
            new(new Example("q", [], [], "", type, null, []), "", tokens, new Verdict(right is { } r ? r ? 1 : 0 : null, null));
    }

    [Fact]
    public void Accuracy_WhereNothingCouldBeJudged_IsAGapThatAFileCanHold()
    {
        var undecided = new EvaluatedAnswer(new Example("q", [], [], "many", "cost", null, []), "3", 2, new Verdict(null, "no number"));
        EvaluationResult result = EvaluationResult.Of([undecided]);
        Assert.Equal((null, 1, 0), (result.Accuracy, result.Questions, result.Judged));
        Assert.Equal([("eval/mean_length", 2), ("eval/abstain_ratio", 1)], result.Metrics().Select(m => (m.Key, m.Value)));
        Assert.Equal((null, null, 0), (EvaluationResult.Of([]).Accuracy, EvaluationResult.Of([]).MeanLength,
            EvaluationResult.Of([]).Judged));

        var model = new ModelAccuracy("ril", result.Accuracy, result.ByType, result.Questions, result.MeanLength, result.Judged);
        ModelAccuracy read = JsonSerializer.Deserialize<ModelAccuracy>(JsonSerializer.Serialize(model, RunEvent.Json), RunEvent.Json)!;
        Assert.Equal((null, 1, 0, 1), (read.Accuracy, read.Questions, read.Judged, read.Undecided));
    }

    [Fact]
    public void Summaries_FromBeforeItWasCounted_AreStillRead()
    {
        ModelAccuracy old = JsonSerializer.Deserialize<ModelAccuracy>(
            "{\"model\":\"ril\",\"accuracy\":0.5,\"by_type\":{},\"questions\":8}", RunEvent.Json)!;
        Assert.Equal((0.5, null, 0), (old.Accuracy, old.Judged, old.Undecided));
    }

    [Fact]
    public void GreedyAnswers_DoNotDependOnTheBatch()
    {
        using var runs = new TinyRun();
        IPromptEncoder encoder = ModelCatalog.LoadPromptEncoder(runs.Student);
        using VisionLanguageModel student = ModelCatalog.Load(runs.Student, CPU);
        var sampling = new SamplingOptions { MaxNewTokens = 8, Greedy = true, EndTokenIds = encoder.EndTokenIds,
            SuppressTokenIds = encoder.MarkerTokenIds };
        string[] Ask(int atATime) => [.. new Evaluator(student, ComputePlan.OnCpu, encoder,
            new RuleJudge(JudgeRule.Exact), sampling, atATime)
            .Answer(TinyRun.Examples).Select(a => a.Text)];
        Assert.Equal(Ask(1), Ask(5));
    }
}
