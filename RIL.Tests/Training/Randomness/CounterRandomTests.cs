using RIL.Training.Randomness;

namespace RIL.Tests.Training.Randomness;

public sealed class CounterRandomTests
{
    // Known answers of the Random123 distribution (philox4x32-10).
    [Fact]
    public void Philox_GivesThePublishedVectors()
    {
        Assert.Equal((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u), CounterRandom.Philox((0, 0, 0, 0), (0, 0)));
        Assert.Equal((0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu), CounterRandom.Philox((~0u, ~0u, ~0u, ~0u), (~0u, ~0u)));
        Assert.Equal((0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u),
            CounterRandom.Philox((0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344), (0xa4093822, 0x299f31d0)));
    }

    [Fact]
    public void Uniform_FillsTheUnitIntervalEvenly()
    {
        double[] draws = [.. Enumerable.Range(0, 20_000).Select(i => CounterRandom.Uniform(1, 2, i, 3, 4))];
        Assert.All(draws, d => Assert.InRange(d, 0, 0.9999999999999999));
        Assert.InRange(draws.Average(), 0.49, 0.51);
        Assert.Equal(draws.Length, draws.Distinct().Count());
    }
}
