using RIL.Tests.Training.Models;
using RIL.Training;
using RIL.Training.Layers;
using RIL.Training.Optimizers;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Optimizers;

public sealed class WeightOptimizerTests
{
    private static readonly AdamWSettings Plain = new(0.9, 0.999, 0, 0.1);

    [Fact]
    public void TheFirstStep_MovesByTheRateAndDecaysWhatIsNoBias()
    {
        using var matrix = Weight("layer.weight", WeightKind.Matrix, 2, 4);
        using var bias = Weight("layer.bias", WeightKind.Bias, 2, 4);
        using var optimizer = new WeightOptimizer([[matrix], [bias]], _ => true, Plain, 0);
        Backward(matrix, 3, -5);
        Backward(bias, 3, -5);
        Assert.Equal(Math.Sqrt(2 * (9 + 25)), optimizer.Update(0.01), 5);
        Near([(2 * 0.999) - 0.01, (4 * 0.999) + 0.01], matrix);
        Near([2 - 0.01, 4 + 0.01], bias);
    }

    [Fact]
    public void AFrozenWeight_NeitherMovesNorLearns()
    {
        using var tower = Weight("visual.blocks.0.weight", WeightKind.Matrix, 1, 2);
        using var merger = Weight("visual.merger.weight", WeightKind.Matrix, 1, 2);
        using var optimizer = new WeightOptimizer([[tower], [merger]], w => !w.Name.Contains("blocks", StringComparison.Ordinal),
            Plain, 1);
        Assert.False(tower.Value.requires_grad);
        Backward(merger, 1, 1);
        optimizer.Update(0.1);
        Near([1, 2], tower);
        Assert.NotEqual(1, Floats(merger)[0]);
        Assert.DoesNotContain(optimizer.AdamW.State(), s => s.Name.Contains("blocks", StringComparison.Ordinal));
        Assert.Contains("No weight is left",
            Assert.Throws<InputException>(() => new WeightOptimizer([[Weight("w", WeightKind.Matrix, 1)]], _ => false, Plain, 1)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ReplicasGradients_AddUpAndAreUsedOnce()
    {
        using var first = Weight("w", WeightKind.Matrix, 1, 1);
        using var second = Weight("w", WeightKind.Matrix, 1, 1);
        using var optimizer = new WeightOptimizer([[first, second]], _ => true, new AdamWSettings(), 0);
        Backward(first, 3, 0);
        Backward(second, 0, 4);
        Assert.Equal(5, optimizer.Update(0), 6);
        Assert.Equal(0, optimizer.Update(0), 6);
        Near(Floats(first).Select(v => (double)v), second);
    }

    [Fact]
    public void AGradientThatIsNoNumber_LeavesTheWeights()
    {
        using var weight = Weight("w", WeightKind.Matrix, 1, 2);
        using var optimizer = new WeightOptimizer([[weight]], _ => true, Plain, 1);
        Backward(weight, float.NaN, 1);
        Assert.False(double.IsFinite(optimizer.Update(0.1)));
        Near([1, 2], weight);
        Backward(weight, 1, 1);
        Assert.True(double.IsFinite(optimizer.Update(0.1)));
    }

    [Fact]
    public void Clipping_IsTorchs()
    {
        using var weight = Weight("w", WeightKind.Matrix, 0, 0);
        using var parameters = new FlatParameters([[weight]], _ => true);
        Backward(weight, 30, 40);
        Assert.Equal(50, parameters.ClipGradients(1), 4);
        Assert.Equal([30 / 50.000001, 40 / 50.000001], GoldenCases.Floats(parameters.Groups[0].Gradients[0]).Select(v => (double)v),
            (e, a) => Math.Abs(e - a) < 1e-6);
    }

    [Theory]
    [InlineData(WeightKind.Matrix, null, true)]
    [InlineData(WeightKind.Bias, null, false)]
    [InlineData(WeightKind.Norm, null, false)]
    [InlineData(WeightKind.Norm, true, true)] // what a family's trainer takes for something else
    public void WhatDecays_IsAPropertyOfTheWeight(WeightKind kind, bool? family, bool decays)
    {
        using var weight = new Weight("w", [1], kind, ModelPart.LanguageModel, family) { Value = tensor([2f]) };
        using var optimizer = new WeightOptimizer([[weight]], _ => true, Plain with { Epsilon = 1e-8 }, 0);
        Assert.Equal(decays, weight.Decays);
        optimizer.Update(0.5);
        Near([decays ? 2 * 0.95 : 2], weight);
    }

    [Fact]
    public void WhatNoLongerLearns_LeavesTheBufferAndGivesItsGradientsBack()
    {
        using var tower = Weight("tower", WeightKind.Matrix, [.. new float[1000]]);
        using var merger = Weight("merger", WeightKind.Matrix, 1, 2);
        using var again = Weight("tower", WeightKind.Matrix, [.. new float[1000]]);
        using var mergerAgain = Weight("merger", WeightKind.Matrix, 1, 2);
        using (var both = new WeightOptimizer([[tower, again], [merger, mergerAgain]], _ => true, Plain, 0))
        {
            Assert.Equal(1002, StorageElements(merger));
            Backward(merger, 1, 1);
            both.Update(0.1);
        }
        Assert.All([tower, merger, again, mergerAgain], w => Assert.Null(w.Value.grad));
        float[] before = Floats(merger);
        using (var one = new WeightOptimizer([[merger], [tower]], w => w == tower, Plain, 0))
        {
            Assert.Equal(2, StorageElements(merger));
            Assert.Equal(before, Floats(merger));
            Assert.False(merger.Value.requires_grad);
            Assert.Null(merger.Value.grad);
            Assert.NotNull(tower.Value.grad);
        }
        Assert.Null(tower.Value.grad);
    }

    private static long StorageElements(Weight weight) => weight.Value.storage<float>().Count;

    private static Weight Weight(string name, WeightKind kind, params float[] values) =>
        new(name, [values.Length], kind, ModelPart.LanguageModel) { Value = tensor(values) };

    // d/dw of Σ g w is g.
    private static void Backward(Weight weight, params float[] gradient)
    {
        using var scope = NewDisposeScope();
        weight.Value.mul(tensor(gradient)).sum().backward();
    }

    private static float[] Floats(Weight weight) => GoldenCases.Floats(weight.Value);

    private static void Near(IEnumerable<double> expected, Weight actual) => Assert.Equal(expected, Floats(actual).Select(v => (double)v),
        (e, a) => Math.Abs(e - a) < 1e-6);
}
