using RIL.Training.Grpo;

namespace RIL.Tests.Training.Grpo;

public sealed class GroupAdvantageTests
{
    [Fact]
    public void AnAbstention_LeavesItsGroupAndTheMean()
    {
        Advantages advantages = GroupAdvantage.Of([new(0, 1), new(0, null), new(0, 0), new(1, 2), new(1, 2)], ScaleRewards.None);
        Assert.Equal([0.5, 0, -0.5, 0, 0], advantages.Values);
        Assert.Equal(0.5, advantages.ZeroSpreadFraction);
    }

    [Fact]
    public void BatchScale_DividesByTheSpreadOfAllRewards()
    {
        Advantages advantages = GroupAdvantage.Of([new(0, 0), new(0, 2), new(1, 4), new(1, 6)], ScaleRewards.Batch);
        double deviation = Math.Sqrt(20.0 / 3) + 1e-4;
        Assert.Equal([-1 / deviation, 1 / deviation, -1 / deviation, 1 / deviation], advantages.Values.Select(v => v));
    }
}
