using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using RIL.Training;
using RIL.Training.Models;
using RIL.Training.Safetensors;
using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Models;

/// <summary>A checkpoint folder whose files contradict each other, or hold what is no number, is refused when it is read, by file and key.
/// </summary>
public sealed class CheckpointChecksTests : IDisposable
{
    private const string Weights = "model.safetensors";
    private readonly TinyRun _runs = new();

    private string Folder => _runs.Student;

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("vision_config.window_size", "14", "window_size 14 holds no image token of 28 pixels")]
    [InlineData("vision_config.window_size", "0", "'window_size' is 0; expected a whole number from 1")]
    [InlineData("vision_config.window_size", "27", "expected at least 28")]
    [InlineData("vision_config.hidden_act", "\"gelu\"", "vision_config: hidden_act is 'gelu'; this program computes silu only")]
    [InlineData("hidden_act", "\"relu\"", "hidden_act is 'relu'")]
    [InlineData("vision_config.depth", "1000000", "'depth' is 1000000; expected a whole number from 1 to 1000")]
    [InlineData("num_hidden_layers", "2147483647", "'num_hidden_layers' is 2147483647")]
    [InlineData("vocab_size", "2000000000", "'vocab_size' is 2000000000")]
    [InlineData("hidden_size", "-1", "'hidden_size' is -1")]
    [InlineData("intermediate_size", "1e99", "'intermediate_size' is 1e99")]
    [InlineData("rms_norm_eps", "0", "'rms_norm_eps' is 0; expected a number from 1E-12 to 1")]
    [InlineData("rope_theta", "0", "'rope_theta' is 0")]
    [InlineData("head_dim", "17", "head_dim is 17; this family's heads have hidden_size / num_attention_heads, 16")]
    [InlineData("quantization_config", "{\"bits\": 4}", "quantised weights are not supported")]
    [InlineData("vision_config.in_chans", "4", "'in_chans' is 4")]
    [InlineData("num_hidden_layers", "1", "tensors that")]
    [InlineData("num_hidden_layers", "3", "weights that")]
    [InlineData("vision_config.fullatt_block_indexes", "\"all\"", "'fullatt_block_indexes' is \"all\"")]
    [InlineData("tie_word_embeddings", "false", "lm_head.weight")]
    public void ConfigsThatNothingFits_AreRefusedByKey(string key, string value, string sentence)
    {
        Change("config.json", key, JsonNode.Parse(value));
        string message = Refused(() => ModelCatalog.Load(Folder, CPU));
        Assert.Contains(sentence, message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("config.json", message, StringComparison.Ordinal);
    }

    [Fact]
    public void SurplusLayers_AreRefusedByName()
    {
        Change("config.json", "num_hidden_layers", 1);
        string message = Refused(() => ModelCatalog.Load(Folder, CPU));
        Assert.Contains("model.layers.1.", message, StringComparison.Ordinal);
        Assert.Contains("num_hidden_layers", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("preprocessor_config.json", "merge_size", "1", "merge_size is 1, and")]
    [InlineData("preprocessor_config.json", "patch_size", "16", "patch_size is 16, and")]
    [InlineData("preprocessor_config.json", "temporal_patch_size", "1", "temporal_patch_size is 1, and")]
    [InlineData("config.json", "vision_config.patch_size", "7", "patch_size is 14, and")]
    [InlineData("config.json", "vision_config.spatial_merge_size", "1", "vision_config spatial_merge_size 1")]
    [InlineData("config.json", "vision_config.temporal_patch_size", "3", "vision_config temporal_patch_size 3")]
    [InlineData("config.json", "vocab_size", "5", "tokens lie beyond the embedding table of 5 rows|is token")]
    [InlineData("generation_config.json", "eos_token_id", "100000", "eos_token_id is token 100000")]
    [InlineData("generation_config.json", "eos_token_id", "-1", "eos_token_id is token -1")]
    public void ProcessorsOfAnotherModel_AreRefusedByFileAndKey(string file, string key, string value, string sentence)
    {
        Change(file, key, JsonNode.Parse(value));
        string message = Refused(() => ModelCatalog.LoadPromptEncoder(Folder));
        Assert.Contains(sentence.Split('|'), s => message.Contains(s, StringComparison.Ordinal));
        Assert.Contains("config.json", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddedTokensBeyondTheTable_AreRefusedWithTokenAndSizes()
    {
        int rows = JsonNode.Parse(File.ReadAllText(In("config.json")))!["vocab_size"]!.GetValue<int>();
        JsonObject tokenizer = Read("tokenizer.json");
        tokenizer["added_tokens"]!.AsArray().Add(new JsonObject { ["id"] = rows, ["content"] = "<|think|>", ["special"] = true,
            ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false });
        File.WriteAllText(In("tokenizer.json"), tokenizer.ToJsonString());

        string message = Refused(() => ModelCatalog.LoadPromptEncoder(Folder));
        Assert.Contains($"'<|think|>' is token {rows}", message, StringComparison.Ordinal);
        Assert.Contains($"{rows} rows", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ColoursThatTheProcessorDoesNotSay_AreAWarning()
    {
        JsonObject settings = Read("preprocessor_config.json");
        settings.Remove("image_mean");
        File.WriteAllText(In("preprocessor_config.json"), settings.ToJsonString());
        Assert.Contains("does not say image_mean", Assert.Single(ModelCatalog.LoadPromptEncoder(Folder).Warnings),
            StringComparison.Ordinal);
    }

    public static TheoryData<ScalarType, double, int> NoNumbers
    {
        get
        {
            var rows = new TheoryData<ScalarType, double, int>();
            foreach (ScalarType type in new[] { ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float16 })
                foreach (double value in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
                    foreach (int place in new[] { 0, 37, -1 }) rows.Add(type, value, place);
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(NoNumbers))]
    public void AValueThatIsNoNumber_IsRefusedByTensorName(ScalarType type, double value, int place)
    {
        using (VisionLanguageModel model = ModelCatalog.Load(Folder, CPU))
        {
            Tensor weight = model.Weights[^2].Value;
            using Tensor flat = weight.view(-1), one = flat.narrow(0, place < 0 ? flat.numel() - 1 : place, 1);
            using var _ = no_grad();
            one.fill_(value);
            ModelCatalog.Save(model, Folder, type);
            string message = Refused(() => ModelCatalog.Load(Folder, CPU));
            Assert.Contains($"tensor {model.WeightNameToFile(model.Weights[^2].Name)} holds a value that is no number", message,
                StringComparison.Ordinal);
            Assert.Contains(Weights, message, StringComparison.Ordinal);
        }
    }

    // Every place and length, so that no end of a vector is left out.
    [Fact]
    public void TheScan_FindsExactlyTheValuesThatAreNoNumbers()
    {
        var random = new Random(3);
        for (int i = 0; i < 3000; i++)
        {
            float[] values = [.. Enumerable.Range(0, random.Next(0, 200)).Select(_ => random.Next(8) switch
            {
                0 => float.MaxValue, 1 => float.MinValue, 2 => float.Epsilon, 3 => -0f, _ => random.NextSingle() - 0.5f,
            })];
            if (random.Next(3) > 0 && values.Length > 0)
                values[random.Next(values.Length)] = random.Next(3) switch { 0 => float.NaN, 1 => float.PositiveInfinity,
                    _ => float.NegativeInfinity };
            Assert.Equal(Array.FindIndex(values, v => !float.IsFinite(v)),
                NonFinite.IndexIn(MemoryMarshal.AsBytes(values.AsSpan()), ScalarType.Float32));
            Half[] halves = [.. values.Select(v => float.IsFinite(v) ? (Half)Math.Clamp(v, -60000, 60000) : (Half)v)];
            Assert.Equal(Array.FindIndex(halves, v => !Half.IsFinite(v)),
                NonFinite.IndexIn(MemoryMarshal.AsBytes(halves.AsSpan()), ScalarType.Float16));
            ushort[] brain = [.. values.Select(v => (ushort)(BitConverter.SingleToUInt32Bits(float.IsFinite(v) ? v / 2 : v) >> 16))];
            Assert.Equal(Array.FindIndex(brain, v => !float.IsFinite(BitConverter.UInt32BitsToSingle((uint)v << 16))),
                NonFinite.IndexIn(MemoryMarshal.AsBytes(brain.AsSpan()), ScalarType.BFloat16));
        }
    }

    [Fact]
    public void ATiedHeadThatWasWrittenOut_IsTakenWhereItIsTheEmbedding_AndRefusedWhereItDiffers()
    {
        using VisionLanguageModel model = ModelCatalog.Load(Folder, CPU);
        using Tensor embedding = model.Weights.Single(w => w.Name.EndsWith("embed_tokens.weight", StringComparison.Ordinal)).Value.clone();
        var tensors = model.Weights.Select(w => (model.WeightNameToFile(w.Name), w.Value)).ToList();
        SafetensorsWriter.Write(In(Weights), [.. tensors, ("lm_head.weight", embedding), ("model.rotary_emb.inv_freq", embedding)]);
        ModelCatalog.Load(Folder, CPU).Dispose();

        using Tensor other = embedding.add(Scalars.One);
        SafetensorsWriter.Write(In(Weights), [.. tensors, ("lm_head.weight", other)]);
        Assert.Contains("differ, and tie_word_embeddings is true", Refused(() => ModelCatalog.Load(Folder, CPU)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Weights)]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("preprocessor_config.json")]
    public void PointersOfGitLfs_SayThatTheyAre(string file)
    {
        File.WriteAllText(In(file), "version https://git-lfs.github.com/spec/v1\noid "
            + "sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daa"
            + "a5e2ca24d17e2393\nsize 12345\n");
        string message = Refused(() =>
        {
            ModelCatalog.LoadPromptEncoder(Folder);
            ModelCatalog.Load(Folder, CPU);
        });
        Assert.Contains($"{file}: it is a Git LFS pointer", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingWeightFile_SaysWhatIsExpected()
    {
        File.Delete(In(Weights));
        Assert.Contains("holds neither model.safetensors nor", Refused(() => ModelCatalog.Load(Folder, CPU)), StringComparison.Ordinal);
    }

    private string In(string file) => Path.Combine(Folder, file);

    private JsonObject Read(string file) => JsonNode.Parse(File.ReadAllText(In(file)))!.AsObject();

    private void Change(string file, string key, JsonNode? value)
    {
        JsonObject document = Read(file);
        string[] path = key.Split('.');
        JsonObject owner = path.Length == 1 ? document : document[path[0]]!.AsObject();
        owner[path[^1]] = value;
        File.WriteAllText(In(file), document.ToJsonString());
    }

    private static string Refused(Action action) => Assert.Throws<InputException>(action).Message;
}
