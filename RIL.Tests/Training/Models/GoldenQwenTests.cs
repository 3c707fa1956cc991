using RIL.Training.Layers;
using RIL.Training.Models;
using RIL.Training.Models.Qwen2_5_Vl;
using RIL.Training.Safetensors;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Models;

/// <summary>The model against transformers' own numbers.</summary>
public sealed class GoldenQwenTests : IDisposable
{
    private static readonly string Folder = Fixtures.Path("qwen2_5_vl");
    private readonly Qwen2_5_VlModel _model = (Qwen2_5_VlModel)ModelCatalog.Load(Folder, CPU);
    private readonly GoldenCases _cases = new(Fixtures.Path("qwen2_5_vl", "cases.safetensors"));

    public static TheoryData<string> CaseNames => ["text", "image", "two_images", "batch"];

    public void Dispose()
    {
        _model.Dispose();
        _cases.Dispose();
    }

    [Theory, MemberData(nameof(CaseNames))]
    public void PositionIds_AreTransformers(string name)
    {
        GoldenPrompts prompts = _cases.Prompts(name);
        long[] expected = _cases.Longs(name + "/position_ids");
        foreach ((EncodedPrompt prompt, int row) in prompts.Rows.Select((p, i) => (p, i)))
        {
            (int T, int H, int W)[] positions = _model.PositionIds(prompt);
            for (int t = 0; t < positions.Length; t++)
            {
                int column = prompts.Columns[row][t];
                Assert.Equal(
                    (expected[(0 * prompts.Rows.Count + row) * prompts.Width + column],
                        expected[(1 * prompts.Rows.Count + row) * prompts.Width + column],
                        expected[(2 * prompts.Rows.Count + row) * prompts.Width + column]),
                    ((long)positions[t].T, (long)positions[t].H, (long)positions[t].W));
            }
        }
    }

    [Theory, InlineData("image"), InlineData("two_images"), InlineData("batch")]
    public void ImageFeatures_AreTransformers(string name)
    {
        using var _ = no_grad();
        using Tensor features = _model.ImageFeatures([.. _cases.Prompts(name).Rows.SelectMany(p => p.Images)]);
        Assert.InRange(GoldenCases.LargestDifference(_cases.Floats(name + "/image_features"), GoldenCases.Floats(features)), 0, 1e-4);
    }

    [Theory, MemberData(nameof(CaseNames))]
    public void LogitsAndLogProbabilities_AreTransformers(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        GoldenPrompts prompts = _cases.Prompts(name);
        var batch = new PackedBatch([.. prompts.Rows.Select(p => new PromptWithCompletions(p, []))]);
        Tensor logits = nn.functional.linear(_model.Hidden(batch), _model.HeadWeight);
        float[] actual = GoldenCases.Floats(logits), logps = GoldenCases.Floats(logits.log_softmax(-1));
        float[] expected = _cases.Floats(name + "/logits"), expectedLogps = _cases.Floats(name + "/logps");
        int vocabulary = _model.VocabularySize, packed = 0;
        double worst = 0, worstLog = 0;
        for (int row = 0; row < prompts.Rows.Count; row++)
            for (int t = 0; t < prompts.Columns[row].Length; t++, packed++)
            {
                int column = prompts.Columns[row][t];
                for (int v = 0; v < vocabulary; v++)
                    worst = Math.Max(worst, Math.Abs(actual[(packed * vocabulary) + v]
                        - expected[(((row * prompts.Width) + column) * vocabulary) + v]));
                if (t + 1 < prompts.Columns[row].Length)
                    worstLog = Math.Max(worstLog,
                        Math.Abs(logps[(packed * vocabulary) + prompts.Rows[row].TokenIds[t + 1]]
                        - expectedLogps[(row * (prompts.Width - 1)) + column]));
            }
        Assert.InRange(worst, 0, 1e-4);
        Assert.InRange(worstLog, 0, 1e-4);
    }

    [Fact]
    public void SharedPrompts_GiveTheSameAsWholeSequences()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        GoldenPrompts prompts = _cases.Prompts("batch");
        int[][] completions = [[11, 12, 13, 14, 2], [21, 22], [31, 32, 33]];
        var shared = new PackedBatch([.. prompts.Rows.Select((p, i) => new PromptWithCompletions(p, completions[i..]))]);
        float[] together = GoldenCases.Floats(TokenLogProbs.Of(_model, _model.Hidden(shared), shared));
        var single = new List<float>();
        foreach (PromptWithCompletions group in shared.Groups)
            foreach (int[] completion in group.Completions)
            {
                var whole = new PackedBatch([new PromptWithCompletions(group.Prompt
                    with { TokenIds = [.. group.Prompt.TokenIds, .. completion] }, [])]);
                Tensor logps = nn.functional.linear(_model.Hidden(whole), _model.HeadWeight).log_softmax(-1);
                float[] values = GoldenCases.Floats(logps);
                single.AddRange(completion.Select((id, t) =>
                    values[((group.Prompt.TokenIds.Length - 1 + t) * _model.VocabularySize) + id]));
            }
        Assert.InRange(GoldenCases.LargestDifference([.. single], together), 0, 1e-4);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void LossAndEveryGradient_AreTransformers(bool recomputesLayers)
    {
        _model.RecomputesLayers = recomputesLayers;
        using var scope = NewDisposeScope();
        (PackedBatch batch, int tokens) = _cases.TrainingBatch("train");
        foreach (Weight weight in _model.Weights) weight.Value.requires_grad_(true);
        Tensor loss = TokenLogProbs.Of(_model, _model.Hidden(batch), batch).sum().neg().div(TorchSharp.torch.tensor((float)tokens));
        loss.backward();
        float expected = _cases.Floats("train/loss")[0], actual = GoldenCases.Floats(loss)[0];
        Assert.InRange(Math.Abs(actual - expected) / expected, 0, 1e-5);
        int compared = 0;
        foreach (Weight weight in _model.Weights)
        {
            float[] gradient = _cases.Floats("train/grad/" + weight.Name);
            float largest = gradient.Max(Math.Abs);
            double difference = GoldenCases.LargestDifference(gradient, GoldenCases.Floats(weight.Value.grad!));
            Assert.True(difference <= 1e-3 * largest, $"{weight.Name}: differs by {difference} of {largest}");
            compared++;
        }
        Assert.Equal(_cases.Names.Count(n => n.StartsWith("train/grad/", StringComparison.Ordinal)), compared);
    }

    [Fact]
    public void PublishedConfigLayout_GivesTheSameModel()
    {
        string json = File.ReadAllText(Path.Combine(Folder, "config.published.json"));
        var published = Qwen2_5_VlConfig.Read((System.Text.Json.Nodes.JsonObject)System.Text.Json.Nodes.JsonNode.Parse(json)!,
            "published");
        Assert.Equal(_model.Config.Text with { RopeSections = [] }, published.Text with { RopeSections = [] });
        Assert.Equal(_model.Config.Text.RopeSections, published.Text.RopeSections);
        Assert.Equal(_model.Config.Vision with { FullAttentionBlocks = [] }, published.Vision with { FullAttentionBlocks = [] });
        Assert.Equal(_model.Config.Vision.FullAttentionBlocks, published.Vision.FullAttentionBlocks);
    }

    [Theory, InlineData(long.MaxValue), InlineData(60_000L)]
    public void ReadAndWritten_TheFolderIsTheSame(long shardBytes)
    {
        using var folder = new TemporaryFolder();
        ModelCatalog.Save(_model, folder.Path, shardBytes: shardBytes);
        Assert.Equal(shardBytes == long.MaxValue, File.Exists(Path.Combine(folder.Path, "model.safetensors")));
        using var original = new SafetensorsFile(Path.Combine(Folder, "model.safetensors"));
        SafetensorsFile[] written = [.. Directory.GetFiles(folder.Path, "*.safetensors").Select(f => new SafetensorsFile(f))];
        Assert.Equal(original.Entries.Keys.Order(), written.SelectMany(f => f.Entries.Keys).Order());
        foreach (string name in original.Entries.Keys)
            Assert.True(original.Bytes(name).SequenceEqual(written.First(f => f.Entries.ContainsKey(name)).Bytes(name)), name);
        foreach (SafetensorsFile file in written) file.Dispose();
        string Config(string path) =>
            System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Path.Combine(path, "config.json")))!.ToJsonString();
        Assert.Equal(Config(Folder), Config(folder.Path));
    }
}
