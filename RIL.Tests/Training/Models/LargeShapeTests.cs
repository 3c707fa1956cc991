using System.Text.Json.Nodes;
using RIL.Training.Layers;
using RIL.Training.Models;
using RIL.Training.Models.Qwen2_5_Vl;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Models;

/// <summary>What only large models and long prompts enter, on a model that is large in nothing else.</summary>
public sealed class LargeShapeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<VisionLanguageModel> _models = [];

    public void Dispose()
    {
        foreach (VisionLanguageModel model in _models) model.Dispose();
        _folder.Dispose();
    }

    private DecoderModel Model(int vocabulary = 520)
    {
        var config = (JsonObject)JsonNode.Parse(File.ReadAllText(Fixtures.Path("qwen2_5_vl", "config.json")))!;
        config["text_config"]!["vocab_size"] = vocabulary;
        config["text_config"]!["initializer_range"] = 0.1; // so that attention is not flat
        string file = Path.Combine(_folder.Path, "config.json");
        File.WriteAllText(file, config.ToJsonString());
        var model = (Qwen2_5_VlModel)ModelCatalog.Create(file, 1, CPU);
        _models.Add(model);
        return model;
    }

    private static int[] Tokens(int count, int seed, int below = 490) =>
        [.. Enumerable.Range(0, count).Select(i => (int)((i * 7919L + seed * 104_729L + i * (long)i * 31) % below))];

    private static PromptWithCompletions Group(int prompt, int seed, params int[] completions) =>
        new(new EncodedPrompt(Tokens(prompt, seed), []), [.. completions.Select((c, i) => Tokens(c, seed + 100 * (i + 1)))]);

    private static float[] LogProbabilities(VisionLanguageModel model, params PromptWithCompletions[] groups)
    {
        using var scope = NewDisposeScope();
        var batch = new PackedBatch(groups);
        return GoldenCases.Floats(TokenLogProbs.Of(model, model.Hidden(batch), batch));
    }

    public static TheoryData<PromptWithCompletions[]> Shapes => new(
        [Group(1300, 1, 60, 60, 60, 60, 60, 60, 60, 60)], // long enough for the blocked kernel
        [Group(1300, 2, 40, 7, 300), Group(900, 3, 100, 100), Group(40, 4, 20), Group(41, 5, 3, 3, 3), Group(700, 6)],
        [Group(600, 7, 30, 30), Group(600, 8, 10, 50), Group(600, 9, 1)],
        [Group(5, 10, 800, 900), Group(9, 11, 1000)],
        [Group(1, 12, 1), Group(2, 13, 2, 1), Group(3, 14, 5)]);

    [Theory, MemberData(nameof(Shapes))]
    public void PackedGroups_GiveTheSameAsEveryCompletionAlone(PromptWithCompletions[] groups)
    {
        DecoderModel model = Model();
        using var _ = no_grad();
        float[] together = LogProbabilities(model, groups);
        float[] alone = [.. groups.SelectMany(g => g.Completions.SelectMany(c => Whole(model, g.Prompt, c)))];
        Assert.InRange(GoldenCases.LargestDifference(alone, together), 0, 1e-5);
    }

    // A completion's log-probabilities from one plain sequence.
    private static float[] Whole(VisionLanguageModel model, EncodedPrompt prompt, int[] completion)
    {
        using var scope = NewDisposeScope();
        var whole = new PackedBatch([new PromptWithCompletions(prompt with { TokenIds = [.. prompt.TokenIds, .. completion] }, [])]);
        Tensor logps = nn.functional.linear(model.Hidden(whole).narrow(0, prompt.TokenIds.Length - 1, completion.Length),
            model.HeadWeight).log_softmax(-1);
        return GoldenCases.Floats(logps.gather(1, tensor(completion.Select(id => (long)id).ToArray()).unsqueeze(1)));
    }

    [Fact]
    public void PicturesAndLongGroups_HaveTheSameGradientsWhenLayersAndTowerAreRecomputed()
    {
        DecoderModel model = Model();
        using var cases = new GoldenCases(Fixtures.Path("qwen2_5_vl", "cases.safetensors"));
        EncodedPrompt picture = cases.Prompts("two_images").Rows[0];
        PromptWithCompletions[] groups = [Group(1100, 1, 30, 40, 50), new PromptWithCompletions(picture, [Tokens(9, 3), Tokens(4, 4)])];
        foreach (Weight weight in model.Weights) weight.Value.requires_grad_(true);
        float[][] kept = Gradients(model, groups);
        model.RecomputesLayers = true;
        float[][] recomputed = Gradients(model, groups);
        foreach ((float[] expected, float[] actual) in kept.Zip(recomputed))
            Assert.InRange(GoldenCases.LargestDifference(expected, actual), 0, 1e-5 * Math.Max(1, expected.Max(Math.Abs)));
        Assert.All(model.Weights.Zip(kept), w => Assert.True(w.First.Kind == WeightKind.Bias || w.Second.Any(g => g != 0), w.First.Name));
    }

    private static float[][] Gradients(VisionLanguageModel model, PromptWithCompletions[] groups)
    {
        using var scope = NewDisposeScope();
        foreach (Weight weight in model.Weights) weight.Value.grad?.zero_();
        var batch = new PackedBatch(groups);
        TokenLogProbs.Of(model, model.Hidden(batch), batch).sum().backward();
        return [.. model.Weights.Select(w => GoldenCases.Floats(w.Value.grad!))];
    }

    [Theory, InlineData(true), InlineData(false)]
    public void AVocabularyOf152000_InSeveralChunks_GivesWhatAutogradGives(bool headLearns)
    {
        const int Vocabulary = 152_000;
        DecoderModel model = Model(Vocabulary);
        using var scope = NewDisposeScope();
        PromptWithCompletions[] groups =
            [new(new EncodedPrompt(Tokens(6, 1), []), [Tokens(150, 2, Vocabulary), Tokens(160, 3, Vocabulary)])];
        var batch = new PackedBatch(groups);
        Assert.InRange(TokenLogProbs.RowsOfChunk(Vocabulary), 200, batch.TargetIds.Length - 1);
        Tensor hidden = randn(batch.PromptTokens + batch.TargetIds.Length, model.HiddenSize, requires_grad: true);
        model.HeadWeight.requires_grad_(headLearns);
        Tensor pull = randn(batch.TargetIds.Length);
        Tensor logps = TokenLogProbs.Of(model, hidden, batch, temperature: 0.8);
        logps.mul(pull).sum().backward();
        float[] first = GoldenCases.Floats(hidden.grad!), firstHead = headLearns ? GoldenCases.Floats(model.HeadWeight.grad!) : [];
        Tensor plain = nn.functional.linear(hidden.index_select(0, tensor(batch.PredictingRows)), model.HeadWeight)
            .div(tensor(0.8f)).log_softmax(-1).gather(1, tensor(batch.TargetIds).unsqueeze(1)).squeeze(1);
        Assert.InRange(GoldenCases.LargestDifference(GoldenCases.Floats(plain), GoldenCases.Floats(logps)), 0, 1e-5);
        plain.mul(pull).sum().backward(); // adds to both gradients
        Assert.InRange(GoldenCases.LargestDifference([.. first.Select(g => 2 * g)], GoldenCases.Floats(hidden.grad!)), 0, 1e-4);
        if (!headLearns)
        {
            Assert.Null(model.HeadWeight.grad);
            return;
        }
        Assert.InRange(GoldenCases.LargestDifference([.. firstHead.Select(g => 2 * g)], GoldenCases.Floats(model.HeadWeight.grad!)), 0,
            1e-4);
        // The head has a gradient now: a third way back adds to it in place.
        TokenLogProbs.Of(model, hidden, batch, temperature: 0.8).mul(pull).sum().backward();
        Assert.InRange(GoldenCases.LargestDifference([.. firstHead.Select(g => 3 * g)], GoldenCases.Floats(model.HeadWeight.grad!)), 0,
            1e-4);
    }

    public static TheoryData<int[], int> Prefills => new()
    {
        { [700, 700, 700], 1000 },
        { [3, 900, 41, 40, 600, 1], 700 },
        { [5, 6, 7, 8, 9], 1 },
    };

    [Theory, MemberData(nameof(Prefills))]
    public void PrefillInPieces_AndCachesSharedByRows_GiveWhatWholePassesGive(int[] lengths, int tokens)
    {
        const int Rows = 3, Steps = 80; // more than the cache's first slots
        DecoderModel model = Model();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        EncodedPrompt[] prompts = [.. lengths.Select((l, i) => new EncodedPrompt(Tokens(l, i), []))];
        using var whole = new DecoderDecoding(model, prompts, Rows, Steps, int.MaxValue);
        using var pieces = new DecoderDecoding(model, prompts, Rows, Steps, tokens);
        Assert.InRange(GoldenCases.LargestDifference(GoldenCases.Floats(whole.PromptLogits), GoldenCases.Floats(pieces.PromptLogits)), 0,
            1e-5);
        int[][] completions = [.. Enumerable.Range(0, Rows * lengths.Length).Select(r => Tokens(Steps, 50 + r))];
        var found = new List<float>[completions.Length];
        foreach (ref List<float> list in found.AsSpan()) list = [];
        int[] going = [.. Enumerable.Range(0, completions.Length)];
        for (int step = 0; step < Steps - 1; step++)
        {
            // Rows leave and change places, prompts lose all their rows, others keep several.
            if (step is 5 or 30 or 66)
            {
                long[] kept = [.. Enumerable.Range(0, going.Length).Where(i => going[i] % 5 != step % 5 && going[i] / Rows != step % 4)
                    .OrderBy(i => step == 30 ? -i : i).Select(i => (long)i)];
                going = [.. kept.Select(i => going[i])];
                pieces.Keep(kept);
            }
            using var inner = NewDisposeScope();
            Tensor logps = pieces.Next([.. going.Select(r => (long)completions[r][step])]).log_softmax(-1);
            float[] next = GoldenCases.Floats(logps.gather(1, tensor(going.Select(r => (long)completions[r][step + 1]).ToArray())
                .unsqueeze(1)));
            for (int i = 0; i < going.Length; i++) found[going[i]].Add(next[i]);
        }
        Assert.NotEmpty(going);
        for (int row = 0; row < completions.Length; row++)
            Assert.InRange(GoldenCases.LargestDifference(Whole(model, prompts[row / Rows], completions[row])[1..(found[row].Count + 1)],
                [.. found[row]]), 0, 1e-5);
    }

    [Fact]
    public void MasksAndIndices_OfManyLongPrompts_AreSmallerThanThePass()
    {
        using var scope = NewDisposeScope();
        // Their padded masks would have more elements than an int counts.
        int[] lengths = [.. Enumerable.Range(0, 256).Select(i => 2900 - i)];
        foreach (int rows in (int[])[0, 8])
        {
            var attention = new SharedPromptAttention(lengths, [.. lengths.Select(_ => (int[])[.. Enumerable.Repeat(64, rows)])], 16, CPU);
            long tokens = lengths.Sum(l => (long)l + 64 * rows);
            // What is not contiguous is a window of another.
            Assert.InRange(attention.Owned.OfType<Tensor>().Where(t => t.is_contiguous()).Sum(t => t.numel()), 0, 4 * tokens);
        }
    }
}
