using RIL.Training.Optimizers;

namespace RIL.Tests.Training.Optimizers;

public sealed class LearningRateTests
{
    // transformers' get_scheduler with lr 1, 2 warm-up steps of 6, read before each step.
    [Theory]
    [InlineData(LearningRateSchedule.Constant, new[] { 0, 0.5, 1, 1, 1, 1 })]
    [InlineData(LearningRateSchedule.ConstantWithWarmup, new[] { 0, 0.5, 1, 1, 1, 1 })]
    [InlineData(LearningRateSchedule.Linear, new[] { 0, 0.5, 1, 0.75, 0.5, 0.25 })]
    [InlineData(LearningRateSchedule.Cosine, new[] { 0, 0.5, 1, 0.8535533905932737, 0.5, 0.1464466094067262 })]
    public void Schedules_AreTransformers(LearningRateSchedule schedule, double[] expected)
    {
        var rate = new LearningRate(1, schedule, 2, 6);
        Assert.Equal(expected, Enumerable.Range(0, 6).Select(rate.At), (e, a) => Math.Abs(e - a) < 1e-12);
    }

    [Fact]
    public void AFloor_IsWhereTheRateEnds()
    {
        var rate = new LearningRate(1e-5, LearningRateSchedule.Linear, 0, 10, 0.1);
        Assert.Equal(1e-5, rate.At(0), 12);
        Assert.Equal(1e-6, rate.At(10), 12);
        Assert.Equal(5.5e-6, rate.At(5), 12);
    }

    [Fact]
    public void AWarmUpLongerThanTheStage_StaysBelowThePeak() =>
        Assert.Equal(0.5, new LearningRate(1, LearningRateSchedule.Linear, 10, 5).At(5));
}
