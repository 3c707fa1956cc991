using System.Text.Json.Nodes;
using RIL.Tests.Training.Models;
using RIL.Training.Layers;
using RIL.Training.Models;
using RIL.Training.Optimizers;
using RIL.Training.Sft;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Sft;

/// <summary>Fine-tuning steps against those that Hugging Face's Trainer takes.</summary>
public sealed class GoldenOptimizerTests
{
    [Fact]
    public void EverySftStep_IsTheTrainers()
    {
        using var cases = new GoldenCases(Fixtures.Path("qwen2_5_vl", "optimizer.safetensors"));
        var meta = (JsonObject)JsonNode.Parse(File.ReadAllText(Fixtures.Path("qwen2_5_vl", "optimizer.json")))!;
        T Get<T>(string key) => meta[key]!.GetValue<T>();
        using VisionLanguageModel model = ModelCatalog.Load(Fixtures.Path("qwen2_5_vl"), CPU);
        Assert.Equal(meta["no_decay"]!.AsArray().Select(n => n!.GetValue<string>()),
            model.Weights.Where(w => !w.Decays).Select(w => w.Name).Order(StringComparer.Ordinal));
        var settings = new AdamWSettings(meta["betas"]![0]!.GetValue<double>(), meta["betas"]![1]!.GetValue<double>(), Get<double>("eps"),
            Get<double>("weight_decay"));
        using var trainer = new SftTrainer(model, ComputePlan.OnCpu, freezeVisionTower: false, settings, Get<double>("max_grad_norm"));
        Assert.Equal("cosine", Get<string>("lr_scheduler_type"));
        var rate = new LearningRate(Get<double>("lr"), LearningRateSchedule.Cosine, Get<int>("warmup_steps"), Get<int>("max_steps"));
        (PackedBatch batch, _) = cases.TrainingBatch("sft");
        SftExample[] examples = [.. batch.Groups.Select(g => new SftExample(g.Prompt, g.Completions[0]))];
        float[] losses = cases.Floats("sft/loss"), norms = cases.Floats("sft/grad_norm"), rates = cases.Floats("sft/learning_rate");
        for (int step = 0; step < losses.Length; step++)
        {
            Assert.InRange(Math.Abs(rate.At(step) - rates[step]), 0, 1e-9);
            SftUpdate update = trainer.Update(examples, rate.At(step));
            Assert.InRange(Math.Abs(update.Loss - losses[step]) / losses[step], 0, 1e-5);
            Assert.InRange(Math.Abs(update.GradientNorm - norms[step]) / norms[step], 0, 1e-4);
        }
        foreach (Weight weight in model.Weights)
            Assert.True(GoldenCases.LargestDifference(cases.Floats("sft/final/" + weight.Name), GoldenCases.Floats(weight.Value)) <= 2e-4,
                weight.Name);
    }
}
