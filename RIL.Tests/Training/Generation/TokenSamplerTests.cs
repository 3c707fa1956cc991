using RIL.Training.Generation;
using RIL.Training.Randomness;

namespace RIL.Tests.Training.Generation;

public sealed class TokenSamplerTests
{
    // Probabilities 0.4, 0.3, 0.2, 0.1 spread over a vocabulary of 131 (not a multiple of a vector or a block).
    private static readonly int[] Places = [3, 64, 70, 130];
    private static readonly double[] Probabilities = [0.4, 0.3, 0.2, 0.1];

    private static float[] Logits()
    {
        var logits = new float[131];
        Array.Fill(logits, float.NegativeInfinity);
        for (int i = 0; i < 4; i++) logits[Places[i]] = (float)Math.Log(Probabilities[i]) + 5;
        return logits;
    }

    private static Dictionary<int, double> Frequencies(SamplingOptions options, int draws = 20_000)
    {
        var sampler = new TokenSampler(options, 131);
        float[] logits = Logits();
        return Enumerable.Range(0, draws).Select(i => sampler.Draw(logits, null, CounterRandom.Uniform(5, 0, i, 0, 0)).Token)
            .GroupBy(t => t).ToDictionary(g => g.Key, g => (double)g.Count() / draws);
    }

    [Fact]
    public void Unfiltered_TokensComeAsOftenAsTheirProbability()
    {
        Dictionary<int, double> frequencies = Frequencies(new SamplingOptions { MaxNewTokens = 1 });
        for (int i = 0; i < 4; i++) Assert.InRange(frequencies[Places[i]], Probabilities[i] - 0.015, Probabilities[i] + 0.015);
    }

    [Theory, InlineData(2, 1.0, 0.0, 2), InlineData(0, 0.65, 0.0, 2), InlineData(0, 0.71, 0.0, 3), InlineData(0, 1.0, 0.5, 3),
        InlineData(3, 0.75, 0.0, 2)]
    public void Filters_KeepWhatTheyShould(int topK, double topP, double minP, int kept)
    {
        Dictionary<int, double> frequencies = Frequencies(new SamplingOptions { MaxNewTokens = 1, TopK = topK, TopP = topP, MinP = minP });
        Assert.Equal(Places.Take(kept).Order(), frequencies.Keys.Order());
    }

    [Fact]
    public void LogProbabilityEntropyAndMass_AreOfTheFullDistribution()
    {
        TokenDraw draw = new TokenSampler(new SamplingOptions { MaxNewTokens = 1, TopK = 2 }, 131).Draw(Logits(), null, 0);
        Assert.Equal(Places[0], draw.Token);
        Assert.Equal(Math.Log(0.4), draw.LogProbability, 5);
        Assert.Equal(-Probabilities.Sum(p => p * Math.Log(p)), draw.Entropy, 5);
        Assert.Equal(0.7, draw.KeptMass, 5);
    }

    [Fact]
    public void RepetitionPenalty_LowersSeenTokensButNotTheLogProbability()
    {
        var sampler = new TokenSampler(new SamplingOptions { MaxNewTokens = 1, RepetitionPenalty = 2, Greedy = true }, 131);
        Assert.Equal(Places[0], sampler.Draw(Logits(), null, 0).Token);
        TokenDraw penalised = sampler.Draw(Logits(), new HashSet<int> { Places[0] }, 0);
        Assert.Equal(Places[1], penalised.Token);
        Assert.Equal(Math.Log(0.3), penalised.LogProbability, 5);
    }
}
