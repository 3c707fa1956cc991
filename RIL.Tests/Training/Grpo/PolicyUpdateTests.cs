using RIL.Tests.Training.Models;
using RIL.Training.Datasets;
using RIL.Training.Grpo;
using RIL.Training.Models;
using RIL.Training.Optimizers;
using RIL.Training.Torch;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Grpo;

public sealed class PolicyUpdateTests
{
    private static readonly (int Lanes, int? Tokens)[] Cuts = [(1, null), (1, 1), (1, 40), (2, 25), (3, 60), (4, 1000)];

    [Theory, InlineData(LossType.Grpo), InlineData(LossType.Bnpo), InlineData(LossType.DrGrpo), InlineData(LossType.Dapo)]
    public void HowTokensCutAPass_ChangesNothing(LossType type)
    {
        (double[] Figures, float[][] Weights)[] results = [.. Cuts.Select(cut => Train(type, 3, cut.Lanes, cut.Tokens))];
        foreach ((double[] figures, float[][] weights) in results.Skip(1))
        {
            Assert.All(results[0].Figures.Zip(figures), f => Assert.InRange(Math.Abs(f.First - f.Second), 0, 2e-5));
            Assert.All(results[0].Weights.Zip(weights), w => Assert.InRange(GoldenCases.LargestDifference(w.First, w.Second), 0, 2e-5));
        }
    }

    [Fact]
    public void OnlyBnpo_DependsOnTheSizeOfPasses()
    {
        foreach (LossType type in Enum.GetValues<LossType>())
        {
            double small = Train(type, 1, 1, null).Figures[0], large = Train(type, 100, 1, null).Figures[0];
            Assert.Equal(type == LossType.Bnpo, Math.Abs(small - large) > 1e-4);
        }
        Assert.Equal(Train(LossType.Dapo, 1, 1, null).Figures[0], Train(LossType.Bnpo, 100, 1, null).Figures[0], 6);
    }

    [Fact]
    public void Bnpo_AveragesOverThePassesWhatItAveragesOverTheirTokens()
    {
        var passes = new Passes([0, 0, 1, 1], 2);
        double[] weights = PolicyLoss.RowWeights(LossType.Bnpo, [2, 3, 4, 6], [true, true, true, false], 4, 10, passes);
        Assert.Equal([0.5 / 5, 0.5 / 5, 0.5 / 4, 0], weights);
        Assert.Equal([1 / 9.0, 1 / 9.0, 1 / 9.0, 0],
            PolicyLoss.RowWeights(LossType.Dapo, [2, 3, 4, 6], [true, true, true, false], 4, 10, passes));
    }

    [Theory, InlineData(30), InlineData(90), InlineData(900)]
    public void ATokenFarFromTheOldPolicy_StaysFiniteAndIsPulledBack(double distance)
    {
        using var scope = NewDisposeScope();
        var settings = new PolicyLossSettings(LossType.Dapo, ImportanceSamplingLevel.Token, 0.2, 0.2, 0.1, 8, CorrectsKl: false);
        // Likelier than before although it is to become less likely, and less likely than the reference has it.
        Tensor now = tensor([0f, (float)-distance]).requires_grad_(true);
        var tokens = new PolicyTokens(tensor([(float)-distance, (float)-distance]), tensor([0f, 0f]), tensor([-1f, 0f]),
            tensor([0.5f, 0.5f]), [1, 1]);
        (Tensor loss, _) = PolicyLoss.Of(now, tokens, settings);
        loss.backward();
        float[] gradient = GoldenCases.Floats(now.grad!);
        Assert.True(float.IsFinite(GoldenCases.Floats(loss)[0]));
        Assert.All(gradient, g => Assert.InRange(Math.Abs(g), 1e6, 1e12));
        Assert.True(gradient[0] > 0 && gradient[1] < 0);
    }

    private static (double[] Figures, float[][] Weights) Train(LossType type, int completionsPerPass, int lanes, int? tokens)
    {
        using VisionLanguageModel student = ModelCatalog.Load(Fixtures.Path("qwen2_5_vl"), CPU);
        using VisionLanguageModel reference = ModelCatalog.Clone(student);
        ComputePlan plan = ComputePlan.Choose(
            new ComputeSettings(DeviceChoice.Cpu, tokens, CompletionsPerPass: completionsPerPass), new Machine(lanes, false));
        var loss = new PolicyLossSettings(type, ImportanceSamplingLevel.Token, 0.2, 0.2, 0.05, 12);
        using var policy = new PolicyUpdate(student, reference, plan, false, loss, 1, new AdamWSettings(Epsilon: 1e-4), 1);
        RolloutGroup[] groups = Groups();
        RolloutOutput[] outputs = [.. groups.SelectMany(g => g.Outputs)];
        double[] advantages = [.. outputs.Select((_, i) => Math.Sin(1 + (3 * i)))];
        bool[] member = [.. outputs.Select((_, i) => i != 5)], masked = [.. outputs.Select((_, i) => i == 9)];
        IReadOnlyList<PolicyUpdateResult> updates = policy.Run(groups, advantages, member, masked, iterations: 2, learningRate: 1e-4);
        return ([.. updates.SelectMany(u => new[] { u.Loss, u.GradientNorm, u.Mean(p => p.Kl / p.Tokens) })],
            [.. student.Weights.Select(w => GoldenCases.Floats(w.Value))]);
    }

    // Three questions; three completions of the student and three of a teacher each, of many lengths.
    private static RolloutGroup[] Groups()
    {
        var random = new Random(3);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(10, 400))];
        return [.. Enumerable.Range(0, 3).Select(g => new RolloutGroup(
            new Example($"{g}", [], [], "", null, null, []), new EncodedPrompt(Ids(6 + (5 * g)), []),
            [.. Enumerable.Range(0, 6).Select(i => new RolloutOutput(i < 3 ? RolloutOutput.Student : "teacher", Ids(1 + random.Next(12)),
                "", false, null))]))];
    }
}
