using RIL.Training;
using RIL.Training.Generation;
using RIL.Training.Randomness;

namespace RIL.Tests.Training.Generation;

public sealed class TokenSamplerPropertyTests
{
    private const int Vocabulary = 152_000;

    // Standard normal times a spread; 0 makes every token equally likely.
    private static float[] Logits(int vocabulary, double spread, ulong seed) => [.. Enumerable.Range(0, vocabulary).Select(i =>
        (float)(spread * Math.Sqrt(-2 * Math.Log(1 - CounterRandom.Uniform(seed, 0, i, 0, 0)))
            * Math.Cos(2 * Math.PI * CounterRandom.Uniform(seed, 1, i, 0, 0))))];

    // What is kept, by sorting: weights descending, equal ones in the order of the vocabulary.
    private static int[] KeptBySorting(float[] weights, int topK, double topP, double minP)
    {
        int[] order = [.. Enumerable.Range(0, weights.Length).Where(i => weights[i] > 0)
            .OrderByDescending(i => weights[i]).ThenBy(i => i)];
        int kept = topK > 0 ? Math.Min(order.Length, topK) : order.Length;
        if (topP < 1)
        {
            double total = order.Take(kept).Sum(i => (double)weights[i]), running = 0;
            int reach = 0;
            while (reach < kept && running < topP * total) running += weights[order[reach++]];
            kept = Math.Max(1, reach);
        }
        while (minP > 0 && kept > 1 && weights[order[kept - 1]] < minP * weights[order[0]]) kept--;
        return [.. order.Take(kept).Order()];
    }

    [Fact]
    public void Filters_KeepWhatSortingWouldKeep()
    {
        for (int trial = 0; trial < 400; trial++)
        {
            double Draw(int number) => CounterRandom.Uniform(77, 2, trial, number, 0);
            float[] weights = [.. Logits(1 + (int)(Draw(0) * 700), 4 * Draw(1), (ulong)trial).Select(z => MathF.Exp(z - 12))];
            // Many equal ones, and some that are 0.
            if (trial % 3 == 0) weights = [.. weights.Select(w => MathF.Round(w * 2e5f) / 2e5f)];
            if (weights.Max() == 0) continue;
            int topK = trial % 2 == 0 ? 1 + (int)(Draw(2) * weights.Length) : 0;
            double topP = trial % 5 < 3 ? Draw(3) : 1, minP = trial % 7 < 3 ? Draw(4) * Draw(4) : 0;
            int[] expected = KeptBySorting(weights, topK, topP, minP);
            new TokenFilter(topK, topP, minP).Apply(weights);
            int[] kept = [.. Enumerable.Range(0, weights.Length).Where(i => weights[i] > 0)];
            Assert.True(Math.Abs(expected.Length - kept.Length) <= (topP < 1 ? 1 : 0) // sums in another order may end one token apart
                && expected.Intersect(kept).Count() >= Math.Min(expected.Length, kept.Length),
                $"trial {trial}: top-k {topK}, top-p {topP}, min-p {minP}: {kept.Length} instead of {expected.Length}");
        }
    }

    [Theory, InlineData(50, 1.0, 0.0, 1.0), InlineData(0, 0.9, 0.0, 1.0), InlineData(0, 1.0, 0.05, 1.0), InlineData(64, 0.95, 0.01, 1.05),
        InlineData(0, 1.0, 0.0, 1.0)]
    public void ADraw_AllocatesNothing(int topK, double topP, double minP, double penalty)
    {
        var sampler = new TokenSampler(new SamplingOptions { MaxNewTokens = 1, TopK = topK, TopP = topP, MinP = minP,
            RepetitionPenalty = penalty, SuppressTokenIds = [7, 151_999] }, Vocabulary);
        float[] logits = Logits(Vocabulary, 0.5, 3);
        HashSet<int> seen = [1, 2, 3];
        sampler.Draw(logits, seen, 0.5);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++) sampler.Draw(logits, seen, i / 20.0);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory, InlineData(0.0), InlineData(0.01), InlineData(1.0)]
    public void TopP_OnAFlatDistribution_KeepsItsShare(double spread)
    {
        var sampler = new TokenSampler(new SamplingOptions { MaxNewTokens = 1, TopP = 0.9 }, Vocabulary);
        float[] logits = Logits(Vocabulary, spread, 4);
        for (int i = 0; i < 10; i++) Assert.Equal(0.9, sampler.Draw(logits, null, i / 10.0).KeptMass, 3);
    }

    public static TheoryData<double, bool, int, double, double, double> Ways => new(
        from temperature in (double[])[0.01, 0.7, 1]
        from greedy in (bool[])[false, true]
        from filter in (double[][])[[0, 1, 0], [1, 1, 0], [3, 0.5, 0], [0, 0.9, 0.2]]
        from penalty in (double[])[1, 1.2]
        select new TheoryDataRow<double, bool, int, double, double, double>(temperature, greedy, (int)filter[0], filter[1], filter[2],
            penalty));

    [Theory, MemberData(nameof(Ways))]
    public void WhereSuppressedTokensLead_TheBestAllowedOnesAreDrawn(double temperature, bool greedy, int topK, double topP, double minP,
        double penalty)
    {
        // Two markers lead by far; among the others 40 leads.
        float[] logits = Logits(300, 1, 5);
        (logits[11], logits[12], logits[40]) = (60, 90, 9);
        var sampler = new TokenSampler(new SamplingOptions { MaxNewTokens = 1, Temperature = temperature, Greedy = greedy, TopK = topK,
            TopP = topP, MinP = minP, RepetitionPenalty = penalty, SuppressTokenIds = [11, 12, 12, 999, -1] }, 300);
        int right = 0;
        for (int i = 0; i < 50; i++)
        {
            TokenDraw draw = sampler.Draw(logits, penalty == 1 ? null : [5, 6, 11], i / 50.0);
            Assert.DoesNotContain(draw.Token, (int[])[11, 12, -1]);
            Assert.Equal((logits[draw.Token] - 90) / temperature, draw.LogProbability, 2);
            Assert.InRange(draw.KeptMass, 0, 1e-9);
            if (draw.Token == 40) right++;
        }
        Assert.InRange(right, greedy || temperature < 0.1 ? 50 : 30, 50);
    }

    [Theory, InlineData(float.NaN, 3), InlineData(float.PositiveInfinity, 3), InlineData(float.NaN, 0), InlineData(float.NaN, 299)]
    public void LogitsThatAreNoNumbers_AreRefusedWithASentence(float value, int place)
    {
        float[] logits = Logits(300, 1, 6);
        logits[place] = value;
        foreach (bool greedy in (bool[])[false, true])
        {
            var sampler = new TokenSampler(new SamplingOptions { MaxNewTokens = 1, Greedy = greedy }, 300);
            Assert.Contains("not finite", Assert.Throws<InputException>(() => sampler.Draw(logits, null, 0.5)).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void WhereEveryTokenIsSuppressed_ThatIsSaid()
    {
        var sampler = new TokenSampler(new SamplingOptions { MaxNewTokens = 1, SuppressTokenIds = [0, 1, 2] }, 3);
        Assert.Contains("suppressed", Assert.Throws<InputException>(() => sampler.Draw([1, 2, 3], null, 0.5)).Message,
            StringComparison.Ordinal);
    }
}
