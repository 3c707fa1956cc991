using System.Text.Json;
using System.Text.Json.Nodes;

namespace RIL.Training.Models.Qwen2_5_Vl;

/// <summary>Sizes of the language model.</summary>
public sealed record TextConfig(
    int VocabularySize, int HiddenSize, int IntermediateSize, int LayerCount, int HeadCount, int KeyValueHeadCount,
    double NormEpsilon, double RopeTheta, IReadOnlyList<int> RopeSections, bool TiedHead)
{
    /// <summary>Width of one attention head.</summary>
    public int HeadSize => HiddenSize / HeadCount;
}

/// <summary>Sizes of the vision tower.</summary>
public sealed record VisionConfig(
    int Depth, int HiddenSize, int IntermediateSize, int HeadCount, int PatchSize, int MergeSize, int TemporalPatchSize,
    int WindowSize, IReadOnlyList<int> FullAttentionBlocks, int OutputSize, int Channels)
{
    /// <summary>Width of one attention head.</summary>
    public int HeadSize => HiddenSize / HeadCount;

    /// <summary>Values of one patch.</summary>
    public int PatchValues => Channels * TemporalPatchSize * PatchSize * PatchSize;
}

/// <summary>
/// config.json of the Qwen2.5-VL family in both layouts: language fields in <c>text_config</c> (transformers 5) or at the top level (the
/// published checkpoints). The document itself is kept, so that what this program does not use is written back.
/// </summary>
public sealed record Qwen2_5_VlConfig(TextConfig Text, VisionConfig Vision, int ImageTokenId, int VideoTokenId, JsonObject Document)
{
    /// <summary>The value of <c>model_type</c>.</summary>
    public const string ModelType = "qwen2_5_vl";

    // Far beyond every model of the family; a slip of the keyboard must not cost all memory.
    private const int MostTokens = 10_000_000, Widest = 1_000_000, Deepest = 1000, LongestSide = 1024;
    private const string Activation = "silu";

    /// <summary>Reads the document; throws <see cref="InputException"/> naming the key that is missing or out of range.</summary>
    public static Qwen2_5_VlConfig Read(JsonObject document, string source)
    {
        var top = new ConfigReader(document, source);
        ConfigReader text = document["text_config"] is JsonObject inner ? new ConfigReader(inner, source + " text_config") : top;
        var vision = new ConfigReader(top.Object("vision_config"), source + " vision_config");
        ConfigReader rope = text.Has("rope_parameters") ? new ConfigReader(text.Object("rope_parameters"), source + " rope_parameters")
            : new ConfigReader(text.Object("rope_scaling"), source + " rope_scaling");
        string ropeType = rope.Text("rope_type", rope.Text("type", "default"));
        if (ropeType is not ("default" or "mrope"))
            throw new InputException($"{source}: rope type '{ropeType}' is not supported; expected default or mrope.");
        foreach ((ConfigReader part, string where) in new[] { (text, source), (vision, source + " vision_config") })
            if (part.Text("hidden_act", Activation) is var activation && activation != Activation)
                throw new InputException($"{where}: hidden_act is '{activation}'; this program computes {Activation} only.");
        if (top.Has("quantization_config"))
            throw new InputException($"{source}: it has a quantization_config; quantised weights are not supported, take the checkpoint "
                + "with float weights.");
        if (text.Flag("use_sliding_window", false))
            throw new InputException($"{source}: use_sliding_window is true; sliding-window attention is not supported, expected false.");
        var textConfig = new TextConfig(
            text.Positive("vocab_size", MostTokens), text.Positive("hidden_size", Widest), text.Positive("intermediate_size", Widest),
            text.Positive("num_hidden_layers", Deepest),
            text.Positive("num_attention_heads", Widest), text.Positive("num_key_value_heads", Widest),
            text.Number("rms_norm_eps", 1e-6, 1e-12, 1),
            (rope.Has("rope_theta") ? rope : text).Number("rope_theta", 1e6, 1, 1e12), rope.Numbers("mrope_section"),
            top.Has("tie_word_embeddings") ? top.Flag("tie_word_embeddings", false) : text.Flag("tie_word_embeddings", false));
        if (text.Has("head_dim") && text.Positive("head_dim", Widest) != textConfig.HeadSize)
            throw new InputException($"{source}: head_dim is {text.Positive("head_dim", Widest)}; this family's heads have hidden_size / "
                + $"num_attention_heads, {textConfig.HeadSize}.");
        int visionHidden = vision.Positive("hidden_size", Widest);
        var visionConfig = new VisionConfig(
            vision.Positive("depth", Deepest), visionHidden, vision.Positive("intermediate_size", Widest),
            vision.Positive("num_heads", Widest), vision.Positive("patch_size", LongestSide),
            vision.Positive("spatial_merge_size", LongestSide), vision.Positive("temporal_patch_size", LongestSide),
            vision.Positive("window_size", Widest),
            vision.Numbers("fullatt_block_indexes"), vision.Has("out_hidden_size") ? vision.Positive("out_hidden_size", Widest)
                : textConfig.HiddenSize,
            vision.Has("in_channels") ? vision.Positive("in_channels", 3) : vision.Has("in_chans") ? vision.Positive("in_chans", 3) : 3);
        var config = new Qwen2_5_VlConfig(textConfig, visionConfig, top.Positive("image_token_id", MostTokens),
            top.Positive("video_token_id", MostTokens), document);
        config.Check(source);
        return config;
    }

    private void Check(string source)
    {
        Require(Text.HiddenSize % Text.HeadCount == 0,
            $"hidden_size {Text.HiddenSize} is not a multiple of num_attention_heads {Text.HeadCount}");
        Require(Text.HeadCount % Text.KeyValueHeadCount == 0,
            $"num_attention_heads {Text.HeadCount} is not a multiple of num_key_value_heads {Text.KeyValueHeadCount}");
        Require(Text.RopeSections.Count == 3 && Text.RopeSections.Sum() == Text.HeadSize / 2,
            $"mrope_section [{string.Join(", ", Text.RopeSections)}] must be three numbers with sum {Text.HeadSize / 2} (half a head)");
        Require(Vision.HiddenSize % Vision.HeadCount == 0 && Vision.HeadSize % 4 == 0,
            $"vision hidden_size {Vision.HiddenSize} over num_heads {Vision.HeadCount} must give heads of a multiple of 4");
        Require(Vision.OutputSize == Text.HiddenSize,
            $"vision out_hidden_size {Vision.OutputSize} differs from the language model's hidden_size {Text.HiddenSize}");
        int unit = Vision.PatchSize * Vision.MergeSize;
        Require(Vision.WindowSize >= unit, $"vision window_size {Vision.WindowSize} holds no image token of {unit} pixels (patch_size × "
            + $"spatial_merge_size); expected at least {unit}");
        Require(Vision.Channels == 3, $"vision in_channels {Vision.Channels}; pictures have 3");
        Require(Text.HeadSize % 2 == 0, $"a head of {Text.HeadSize} (hidden_size / num_attention_heads) must be even");
        Require(Text.RopeSections.All(s => s >= 0), $"mrope_section [{string.Join(", ", Text.RopeSections)}] holds a negative number");
        Require(ImageTokenId < Text.VocabularySize, $"image_token_id {ImageTokenId} is not below vocab_size {Text.VocabularySize}");

        void Require(bool condition, string what)
        {
            if (!condition) throw new InputException($"{source}: {what}.");
        }
    }
}

/// <summary>Reads numbers of a JSON object and names the key when one is missing or wrong.</summary>
internal sealed class ConfigReader(JsonObject json, string source)
{
    public bool Has(string key) => json[key] is not null;

    public JsonObject Object(string key) => json[key] as JsonObject ?? throw Wrong(key, "an object");

    public int Positive(string key, int most) =>
        json[key] is JsonValue value && value.TryGetValue(out int number) && number > 0 && number <= most ? number
            : throw Wrong(key, $"a whole number from 1 to {most}");

    public double Number(string key, double otherwise, double least, double most) =>
        json[key] is null ? otherwise : json[key] is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            && value.TryGetValue(out double number) && number >= least && number <= most
            ? number : throw Wrong(key, FormattableString.Invariant($"a number from {least} to {most}"));

    public bool Flag(string key, bool otherwise) =>
        json[key] is null ? otherwise : json[key] is JsonValue value && value.TryGetValue(out bool flag) ? flag
            : throw Wrong(key, "true or false");

    public string Text(string key, string otherwise) =>
        json[key] is null ? otherwise : json[key] is JsonValue value && value.TryGetValue(out string? text) ? text
            : throw Wrong(key, "a string");

    public IReadOnlyList<int> Numbers(string key)
    {
        if (json[key] is not JsonArray array) throw Wrong(key, "a list of integers");
        return [.. array.Select(item => item is JsonValue value && value.TryGetValue(out int number) ? number
            : throw Wrong(key, "a list of integers"))];
    }

    private InputException Wrong(string key, string expected) =>
        new($"{source}: '{key}' is {json[key]?.ToJsonString() ?? "missing"}; expected {expected}.");
}
