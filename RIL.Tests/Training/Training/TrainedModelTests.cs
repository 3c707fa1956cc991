using RIL.Training.Layers;
using RIL.Training.Models;
using RIL.Training.Optimizers;
using RIL.Training.Sft;
using RIL.Training.Torch;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Training;

public sealed class TrainedModelTests
{
    [Fact]
    public void AfterATowerWasTrained_FreezingItGivesItsBufferAndGradientsBack()
    {
        using VisionLanguageModel model = ModelCatalog.Load(Fixtures.Path("qwen2_5_vl"), CPU);
        byte[] before = TinyRun.Bits(model);
        using (new SftTrainer(model, ComputePlan.OnCpu, freezeVisionTower: false, new AdamWSettings(), 1))
            Assert.All(model.Weights, w => Assert.NotNull(w.Value.grad));
        Assert.All(model.Weights, w => Assert.Null(w.Value.grad));
        using (new SftTrainer(model, ComputePlan.OnCpu, freezeVisionTower: true, new AdamWSettings(), 1))
            foreach (Weight weight in model.Weights)
            {
                bool learns = weight.Part != ModelPart.VisionTower;
                using TorchSharp.torch.Tensor? gradient = weight.Value.grad;
                Assert.Equal((learns, learns), (weight.Value.requires_grad, gradient is not null));
                if (!learns) Assert.Equal(weight.Count, weight.Value.storage<float>().Count);
            }
        Assert.All(model.Weights, w => Assert.Null(w.Value.grad));
        Assert.Equal(before, TinyRun.Bits(model));
    }

    [Fact]
    public void Members_AddTheirGradientsBeforeTheyAreClipped()
    {
        using var weight = new Weight("w", [2], WeightKind.Matrix, ModelPart.Head) { Value = tensor([1f, 2f]) };
        using VisionLanguageModel model = ModelCatalog.Load(Fixtures.Path("qwen2_5_vl"), CPU);
        ComputePlan plan = ComputePlan.OnCpu with { Members = new TwoAlike() };
        using var trained = new TrainedModel(model, plan, Trainable.AllBut(), new AdamWSettings(), 1, weight);
        trained.Accumulate([3f, 4f], (lane, i, factor) => lane.Heads[0].Value.narrow(0, i, 1).sum().mul(Scalars.Of(factor)));
        Assert.Equal(10, trained.Update(0), 5);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void WhatLearns_IsSaidOnce(bool freezeVisionTower)
    {
        Trainable student = Trainable.Student(freezeVisionTower), discriminator = student.Without(ModelPart.Head);
        Assert.All([ModelPart.Merger, ModelPart.LanguageModel], part => Assert.Contains(part, discriminator.Parts));
        Assert.Equal(!freezeVisionTower, student.Parts.Contains(ModelPart.VisionTower));
        Assert.Equal((true, false), (student.Parts.Contains(ModelPart.Head), discriminator.Parts.Contains(ModelPart.Head)));
    }

    // Two processes with the same gradients.
    private sealed class TwoAlike : ICollective
    {
        public int Rank => 0;

        public int Count => 2;

        public void Sum(Tensor values) => values.mul_(Scalars.Of(2));
    }
}
