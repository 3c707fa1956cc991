using System.Text.Json.Nodes;
using RIL.Tests.Training.Models;
using RIL.Training.Grpo;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Grpo;

/// <summary>Policy losses against TRL's own loss function.</summary>
public sealed class GoldenObjectiveTests
{
    [Fact]
    public void LossGradientAdvantagesAndStatistics_AreTrls()
    {
        using var cases = new GoldenCases(Fixtures.Path("objectives", "cases.safetensors"));
        var list = (JsonArray)JsonNode.Parse(File.ReadAllText(Fixtures.Path("objectives", "cases.json")))!;
        Assert.NotEmpty(list);
        foreach (JsonNode? node in list) Check(cases, (JsonObject)node!);
    }

    private static void Check(GoldenCases cases, JsonObject meta)
    {
        using var scope = NewDisposeScope();
        string name = meta["case"]!.GetValue<string>();
        float[] logps = cases.Floats(name + "/logps"), old = cases.Floats(name + "/old_logps"),
            reference = cases.Floats(name + "/ref_logps");
        float[] rewards = cases.Floats(name + "/rewards"), advantages = cases.Floats(name + "/advantages"),
            gradient = cases.Floats(name + "/grad");
        long[] mask = cases.Longs(name + "/mask");
        int rows = rewards.Length, width = mask.Length / rows, group = meta["num_generations"]!.GetValue<int>();
        int[] lengths = [.. Enumerable.Range(0, rows).Select(r => (int)mask.Skip(r * width).Take(width).Sum())];
        float[] Packed(float[] padded) => [.. padded.Where((_, i) => mask[i] == 1)];

        ScaleRewards scale = meta["scale_rewards"]!.GetValue<string>() == "group" ? ScaleRewards.Group : ScaleRewards.None;
        Advantages ours = GroupAdvantage.Of([.. rewards.Select((r, i) => new GroupedReward(i / group, r))], scale);
        Assert.InRange(ours.Values.Zip(advantages, (a, b) => Math.Abs(a - b)).Max(), 0, 1e-5);

        LossType type = meta["loss_type"]!.GetValue<string>() switch { "grpo" => LossType.Grpo, "bnpo" => LossType.Bnpo,
            "dr_grpo" => LossType.DrGrpo, _ => LossType.Dapo };
        var settings = new PolicyLossSettings(
            type, meta["importance_sampling_level"]!.GetValue<string>() == "sequence" ? ImportanceSamplingLevel.Sequence
                : ImportanceSamplingLevel.Token,
            meta["epsilon_low"]!.GetValue<double>(), meta["epsilon_high"]!.GetValue<double>(), meta["beta"]!.GetValue<double>(),
                meta["max_completion_length"]!.GetValue<int>());
        Tensor actual = tensor(Packed(logps)).requires_grad_(true);
        double[] weights = PolicyLoss.RowWeights(type, lengths, [.. lengths.Select(_ => true)], rows, settings.MaxCompletionLength);
        var tokens = new PolicyTokens(
            tensor(Packed(old)), tensor(Packed(reference)), PolicyLoss.PerToken([.. advantages.Select(a => (double)a)], lengths, CPU),
                PolicyLoss.PerToken(weights, lengths, CPU), lengths);
        (Tensor loss, PolicyStatistics statistics) = PolicyLoss.Of(actual, tokens, settings);
        loss.backward();
        Assert.InRange(Math.Abs(GoldenCases.Floats(loss)[0] - cases.Floats(name + "/loss")[0]), 0, 1e-6);
        Assert.InRange(GoldenCases.LargestDifference(Packed(gradient), GoldenCases.Floats(actual.grad!)), 0, 1e-6);

        var metrics = (JsonObject)meta["metrics"]!;
        if (metrics["kl"] is { } kl) Assert.Equal(kl.GetValue<double>(), statistics.Kl / statistics.Tokens, 5);
        Assert.Equal(metrics["clip_ratio/low_mean"]!.GetValue<double>(), statistics.ClippedLow / statistics.Ratios, 5);
        Assert.Equal(metrics["clip_ratio/high_mean"]!.GetValue<double>(), statistics.ClippedHigh / statistics.Ratios, 5);
        Assert.Equal(metrics["clip_ratio/region_mean"]!.GetValue<double>(),
            (statistics.ClippedLow + statistics.ClippedHigh) / statistics.Ratios, 5);
    }
}
