using RIL.Training.Datasets;
using RIL.Training.Evaluation;
using RIL.Training.Generation;
using RIL.Training.Models;
using RIL.Training.Rewards;
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
        Assert.Equal(5, result.Questions);
        Assert.Equal([("cost", 0.5), ("item", 1)], result.ByType.Select(t => (t.Key, t.Value)));
        Assert.Equal(["eval/accuracy", "eval/mean_length", "eval/accuracy/cost", "eval/accuracy/item"],
            result.Metrics().Select(m => m.Key));

        static EvaluatedAnswer Answer(string? type, int tokens, bool? right) =>
            new(new Example("q", [], [], "", type, null, []), "", tokens, right);
    }

    [Fact]
    public void GreedyAnswers_DoNotDependOnTheBatch()
    {
        using var runs = new TinyRun();
        IPromptEncoder encoder = ModelCatalog.LoadPromptEncoder(runs.Student);
        using VisionLanguageModel student = ModelCatalog.Load(runs.Student, CPU);
        var sampling = new SamplingOptions { MaxNewTokens = 8, Greedy = true, EndTokenIds = encoder.EndTokenIds,
            SuppressTokenIds = encoder.MarkerTokenIds };
        string[] Ask(int atATime) => [.. new Evaluator(student, encoder, new RuleJudge(JudgeRule.Exact), sampling, atATime)
            .Answer(TinyRun.Examples).Select(a => a.Text)];
        Assert.Equal(Ask(1), Ask(5));
    }
}
