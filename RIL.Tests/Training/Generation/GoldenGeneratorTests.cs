using RIL.Tests.Training.Models;
using RIL.Training.Generation;
using RIL.Training.Models;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Generation;

public sealed class GoldenGeneratorTests : IDisposable
{
    private readonly VisionLanguageModel _model = ModelCatalog.Load(Fixtures.Path("qwen2_5_vl"), CPU);
    private readonly GoldenCases _cases = new(Fixtures.Path("qwen2_5_vl", "cases.safetensors"));

    public void Dispose()
    {
        _model.Dispose();
        _cases.Dispose();
    }

    [Fact]
    public void GreedyTokens_AreTransformers()
    {
        IReadOnlyList<EncodedPrompt> prompts = _cases.Prompts("greedy").Rows;
        long[] sequences = _cases.Longs("greedy/sequences"), shape = _cases.Shape("greedy/sequences");
        int width = (int)shape[1], prompt = (int)_cases.Shape("greedy/input_ids")[1];
        var answers = new CompletionGenerator(_model, ComputePlan.OnCpu)
            .Sample(prompts, 1, new SamplingOptions { MaxNewTokens = width - prompt, Greedy = true, EndTokenIds = [2] },
            new SamplingKey(0, 0, [0, 1, 2]));
        for (int row = 0; row < prompts.Count; row++)
        {
            int[] expected = [.. Enumerable.Range(prompt, width - prompt).Select(c => (int)sequences[(row * width) + c])];
            int end = Array.IndexOf(expected, 2);
            Assert.Equal(end < 0 ? expected : expected[..(end + 1)], answers[row][0].TokenIds);
        }
    }

    [Fact]
    public void CachedDecoding_AgreesWithScoring()
    {
        IReadOnlyList<EncodedPrompt> prompts = _cases.Prompts("batch").Rows;
        var options = new SamplingOptions { MaxNewTokens = 20, Temperature = 0.7,
            EndTokenIds = [.. Enumerable.Range(0, 100).Select(i => 5 * i)] };
        var sampled = new CompletionGenerator(_model, ComputePlan.OnCpu).Sample(prompts, 5, options, new SamplingKey(3, 1, [10, 11, 12]));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var batch = new PackedBatch([.. prompts.Select((p, i) => new PromptWithCompletions(p, [.. sampled[i].Select(c => c.TokenIds)]))]);
        float[] scored = GoldenCases.Floats(TokenLogProbs.Of(_model, _model.Hidden(batch), batch, options.Temperature));
        float[] kept = [.. sampled.SelectMany(g => g).SelectMany(c => c.LogProbabilities)];
        Assert.InRange(GoldenCases.LargestDifference(scored, kept), 0, 1e-4);
        Assert.Contains(sampled.SelectMany(g => g), c => c.TokenIds.Length < 20); // rows did leave the batch
    }

    [Fact]
    public void ACompletion_DoesNotDependOnItsNeighbours()
    {
        IReadOnlyList<EncodedPrompt> prompts = _cases.Prompts("batch").Rows;
        var options = new SamplingOptions { MaxNewTokens = 16, TopK = 50, TopP = 0.95, MinP = 0.001, RepetitionPenalty = 1.05,
            EndTokenIds = [2, 5, 8], SuppressTokenIds = [500, 501, 502, 503] };
        var generator = new CompletionGenerator(_model, ComputePlan.OnCpu);
        var together = generator.Sample(prompts, 4, options, new SamplingKey(9, 2, [4, 5, 6]));
        for (int i = 0; i < prompts.Count; i++)
        {
            var alone = generator.Sample([prompts[i]], 2, options, new SamplingKey(9, 2, [4 + i]));
            for (int s = 0; s < 2; s++) Assert.Equal(together[i][s].TokenIds, alone[0][s].TokenIds);
        }
        Assert.DoesNotContain(together.SelectMany(g => g).SelectMany(c => c.TokenIds), id => id is >= 500 and <= 503);
    }
}
