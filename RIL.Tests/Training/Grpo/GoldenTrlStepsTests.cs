using System.Text.Json.Nodes;
using RIL.Tests.Training.Models;
using RIL.Training.Datasets;
using RIL.Training.Grpo;
using RIL.Training.Images;
using RIL.Training.Layers;
using RIL.Training.Models;
using RIL.Training.Optimizers;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Grpo;

/// <summary>
/// Five updates against those of TRL's GRPOTrainer: two passes an update, two updates a batch, pictures, a falling rate.
/// </summary>
public sealed class GoldenTrlStepsTests : IDisposable
{
    private readonly GoldenCases _cases = new(Fixtures.Path("trl_steps", "cases.safetensors"));
    private readonly JsonObject _meta = (JsonObject)JsonNode.Parse(File.ReadAllText(Fixtures.Path("trl_steps", "steps.json")))!;
    private readonly VisionLanguageModel _student = ModelCatalog.Load(Fixtures.Path("qwen2_5_vl"), CPU);

    // The last two: passes are cut further by tokens, on one lane and on three.
    [Theory, InlineData(false, null, 0), InlineData(true, null, 0), InlineData(false, 30, 1), InlineData(false, 45, 3)]
    public void EveryUpdate_IsTrls(bool correctsKl, int? tokensPerPass, int lanes)
    {
        using VisionLanguageModel reference = ModelCatalog.Clone(_student);
        var plan = ComputePlan.Choose(new ComputeSettings(CompletionsPerPass: Get<int>("rows_a_micro_batch"), TokensPerPass: tokensPerPass,
            Device: RIL.Training.Torch.DeviceChoice.Cpu), lanes == 0 ? Machine.This : new Machine(lanes, false));
        var loss = new PolicyLossSettings(LossType.DrGrpo, ImportanceSamplingLevel.Token, Get<double>("epsilon"),
            Get<double>("epsilon_high"), Get<double>("beta"), Get<int>("max_completion_length"), correctsKl);
        var adamW = new AdamWSettings(_meta["betas"]![0]!.GetValue<double>(), _meta["betas"]![1]!.GetValue<double>(),
            Get<double>("adam_epsilon"), Get<double>("weight_decay"));
        Assert.Equal(_meta["no_decay"]!.AsArray().Select(n => n!.GetValue<string>()),
            _student.Weights.Where(w => !w.Decays).Select(w => w.Name).Order(StringComparer.Ordinal));
        using var policy = new PolicyUpdate(_student, reference, plan, false, loss, 1, adamW, Get<double>("max_grad_norm"));
        var rate = new LearningRate(Get<double>("learning_rate"), LearningRateSchedule.Linear, Get<int>("warmup_steps"),
            Get<int>("max_steps"));
        int[] batchOfStep = [.. _meta["generation_batch_of_step"]!.AsArray().Select(n => n!.GetValue<int>())];
        int step = 0;
        foreach (int batch in batchOfStep.Distinct())
        {
            RolloutGroup[] groups = Groups(batch);
            int rows = groups.Sum(g => g.Outputs.Count);
            double[] rates = [.. Enumerable.Range(step, batchOfStep.Count(b => b == batch)).Select(rate.At)];
            IReadOnlyList<PolicyUpdateResult> updates = policy.Run(groups,
                [.. _cases.Floats($"batch{batch}/advantages").Select(a => (double)a)], [.. Enumerable.Repeat(true, rows)],
                new bool[rows], rates);
            if (!correctsKl)
            {
                NearRows($"batch{batch}/old_per_token_logps", policy.OldLogProbabilities!);
                NearRows($"batch{batch}/ref_per_token_logps", policy.ReferenceLogProbabilities!);
            }
            for (int u = 0; u < rates.Length; u++) Check(step++, rates[u], updates[u], correctsKl);
        }
        Assert.Equal(Get<int>("max_steps"), step);
        if (correctsKl) return;
        using (no_grad())
        {
            var final = new PackedBatch([.. Groups(0).Select(g => new PromptWithCompletions(g.Prompt,
                [.. g.Outputs.Select(o => o.TokenIds)]))]);
            float[] values = GoldenCases.Floats(TokenLogProbs.Of(_student, _student.Hidden(final), final));
            int at = 0;
            NearRows("final/logps", [.. final.CompletionLengths.SelectMany(l => l).Select(l => values[at..(at += l)])]);
        }
        // A set may keep the final values of some weights alone.
        Weight[] kept = [.. _student.Weights.Where(w => _cases.Has("final/weight/" + w.Name))];
        Assert.True(kept.Length > 10);
        foreach (Weight weight in kept)
            Assert.True(GoldenCases.LargestDifference(_cases.Floats("final/weight/" + weight.Name), GoldenCases.Floats(weight.Value))
                <= 2e-4, weight.Name);
    }

    public void Dispose()
    {
        _cases.Dispose();
        _student.Dispose();
    }

    private void Check(int step, double rate, PolicyUpdateResult update, bool correctsKl)
    {
        string kind = correctsKl ? "corrected_kl/" : "steps/";
        Near(kind + "loss", update.Loss, 1e-5);
        Near(kind + "kl", update.Mean(p => p.Kl / p.Tokens), 1e-5);
        float norm = _cases.Floats(kind + "grad_norm")[step];
        Assert.InRange(Math.Abs(update.GradientNorm - norm) / norm, 0, 1e-4);
        if (correctsKl) return;
        Near("steps/clip_ratio_low_mean", update.Mean(p => p.ClippedLow / p.Ratios), 1e-6);
        Near("steps/clip_ratio_high_mean", update.Mean(p => p.ClippedHigh / p.Ratios), 1e-6);
        Near("steps/clip_ratio_region_mean", update.Mean(p => (p.ClippedLow + p.ClippedHigh) / p.Ratios), 1e-6);
        Near("steps/learning_rate", rate, 1e-9);

        void Near(string name, double actual, double tolerance)
        {
            double expected = _cases.Floats(name)[step];
            Assert.True(Math.Abs(expected - actual) <= tolerance, $"step {step} {name}: expected {expected}, got {actual}");
        }
    }

    private void NearRows(string name, IReadOnlyList<float[]> actual)
    {
        float[] all = _cases.Floats(name);
        int width = (int)_cases.Shape(name)[1];
        for (int row = 0; row < actual.Count; row++)
            Assert.InRange(GoldenCases.LargestDifference(all[(row * width)..((row * width) + actual[row].Length)], actual[row]), 0, 1e-4);
    }

    // The first half of the rows asks about the first picture, the second about the other; each half is a group.
    private RolloutGroup[] Groups(int batch)
    {
        IReadOnlyList<ImagePatches> pictures = _cases.Images("pictures");
        int[][] prompts = Rows($"batch{batch}/prompt"), completions = Rows($"batch{batch}/completion");
        int half = prompts.Length / 2;
        return [.. Enumerable.Range(0, 2).Select(g => new RolloutGroup(
            new Example($"{g}", [], [], "", null, null, []), new EncodedPrompt(prompts[g * half], [pictures[g]]),
            [.. completions.Skip(g * half).Take(half).Select(ids => new RolloutOutput(RolloutOutput.Student, ids, "", false, null))]))];
    }

    private int[][] Rows(string name)
    {
        long[] ids = _cases.Longs(name + "_ids"), mask = _cases.Longs(name + "_mask");
        int width = (int)_cases.Shape(name + "_ids")[1];
        return [.. ids.Zip(mask).Chunk(width).Select(row => row.Where(t => t.Second == 1).Select(t => (int)t.First).ToArray())];
    }

    private T Get<T>(string key) => _meta[key]!.GetValue<T>();
}
