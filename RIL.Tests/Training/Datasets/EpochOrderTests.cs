using RIL.Training.Datasets;

namespace RIL.Tests.Training.Datasets;

public sealed class EpochOrderTests
{
    [Fact]
    public void EveryEpoch_VisitsEveryRowOnceInAnOrderOfItsOwn()
    {
        var order = new EpochOrder(100, seed: 3);
        int[] first = order.Take(0, 100), second = order.Take(100, 100);
        Assert.Equal(Enumerable.Range(0, 100), first.Order());
        Assert.Equal(Enumerable.Range(0, 100), second.Order());
        Assert.NotEqual(first, second);
        Assert.NotEqual(first, new EpochOrder(100, seed: 4).Take(0, 100));
    }

    [Fact]
    public void ACursor_GoesOnWhereAnotherStopped()
    {
        int[] whole = new EpochOrder(7, seed: 5).Take(0, 40);
        int[] resumed = [.. new EpochOrder(7, seed: 5).Take(0, 12), .. new EpochOrder(7, seed: 5).Take(12, 28)];
        Assert.Equal(whole, resumed);
    }

    [Fact]
    public void EveryRow_IsAsLikelyToComeFirst()
    {
        var order = new EpochOrder(5, seed: 1);
        int[] counts = new int[5];
        for (int epoch = 0; epoch < 5000; epoch++) counts[order[epoch * 5L]]++;
        // Standard deviation of a count: sqrt(5000 · 0.2 · 0.8) = 28.
        Assert.All(counts, c => Assert.InRange(c, 1000 - 5 * 28, 1000 + 5 * 28));
    }
}
