using System.Text.Json;
using System.Text.Json.Nodes;
using RIL.Training.Images;
using RIL.Training.Models.Qwen2_5_Vl;

namespace RIL.Training.Quickstart;

/// <summary>Sizes of one of the quickstart's models.</summary>
/// <param name="Hidden">Width of the language model.</param>
/// <param name="Layers">Its layers.</param>
/// <param name="Heads">Its attention heads.</param>
/// <param name="KeyValueHeads">Its key and value heads.</param>
/// <param name="FeedForward">Width of its feed-forward layers.</param>
/// <param name="VisionHidden">Width of the vision tower.</param>
/// <param name="VisionLayers">Its layers.</param>
/// <param name="VisionHeads">Its attention heads.</param>
/// <param name="VisionFeedForward">Width of its feed-forward layers.</param>
internal sealed record QuickstartSize(
    int Hidden, int Layers, int Heads, int KeyValueHeads, int FeedForward, int VisionHidden, int VisionLayers, int VisionHeads,
    int VisionFeedForward)
{
    public static readonly QuickstartSize Student = new(96, 4, 4, 2, 256, 64, 2, 4, 128);

    public static readonly QuickstartSize Teacher = new(192, 4, 6, 3, 512, 160, 3, 5, 320);
}

/// <summary>Writes the files of a checkpoint of the example except its weights: an ordinary Qwen2.5-VL of small size.</summary>
internal static class QuickstartModels
{
    public const int LongestText = 256;

    private const int PatchSize = 14, MergeSize = 2, TemporalPatchSize = 2;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void WriteFolder(QuickstartSize size, string folder)
    {
        Directory.CreateDirectory(folder);
        int end = QuickstartTokenizer.IdOf(QuickstartTokenizer.EndOfText);
        File.WriteAllText(Path.Combine(folder, "config.json"), Config(size, end).ToJsonString(Indented) + "\n");
        var generation = new JsonObject { ["do_sample"] = false, ["eos_token_id"] = end, ["pad_token_id"] = end };
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), generation.ToJsonString(Indented) + "\n");
        QuickstartTokenizer.Write(folder);
        const int Area = GridPicture.Side * GridPicture.Side;
        new ImageProcessorSettings
        {
            MinPixels = Area, MaxPixels = Area, PatchSize = PatchSize, MergeSize = MergeSize, TemporalPatchSize = TemporalPatchSize,
            Mean = [0.5, 0.5, 0.5], StandardDeviation = [0.5, 0.5, 0.5],
        }.Write(folder);
        File.WriteAllText(Path.Combine(folder, ChatTemplate.FileName), ChatTemplate.PlainText + "\n");
    }

    private static JsonObject Config(QuickstartSize size, int end)
    {
        // A third of a head's angles each for time, row and column.
        int angles = size.Hidden / size.Heads / 2, third = angles / 3;
        return new JsonObject
        {
            ["architectures"] = new JsonArray("Qwen2_5_VLForConditionalGeneration"),
            ["model_type"] = Qwen2_5_VlConfig.ModelType,
            ["vocab_size"] = QuickstartTokenizer.Size,
            ["hidden_size"] = size.Hidden,
            ["intermediate_size"] = size.FeedForward,
            ["num_hidden_layers"] = size.Layers,
            ["num_attention_heads"] = size.Heads,
            ["num_key_value_heads"] = size.KeyValueHeads,
            ["hidden_act"] = "silu",
            ["max_position_embeddings"] = LongestText,
            ["initializer_range"] = 0.05,
            ["rms_norm_eps"] = 1e-6,
            ["rope_theta"] = 10.0,
            ["rope_scaling"] = new JsonObject { ["type"] = "mrope",
                ["mrope_section"] = new JsonArray(angles - (2 * third), third, third) },
            ["tie_word_embeddings"] = true,
            ["use_cache"] = true,
            ["torch_dtype"] = "float32",
            ["bos_token_id"] = end,
            ["eos_token_id"] = end,
            ["pad_token_id"] = end,
            ["image_token_id"] = QuickstartTokenizer.IdOf("<|image_pad|>"),
            ["video_token_id"] = QuickstartTokenizer.IdOf("<|video_pad|>"),
            ["vision_start_token_id"] = QuickstartTokenizer.IdOf("<|vision_start|>"),
            ["vision_end_token_id"] = QuickstartTokenizer.IdOf("<|vision_end|>"),
            ["vision_config"] = new JsonObject
            {
                ["model_type"] = Qwen2_5_VlConfig.ModelType,
                ["depth"] = size.VisionLayers,
                ["hidden_size"] = size.VisionHidden,
                ["intermediate_size"] = size.VisionFeedForward,
                ["num_heads"] = size.VisionHeads,
                ["hidden_act"] = "silu",
                ["in_chans"] = 3,
                ["patch_size"] = PatchSize,
                ["spatial_patch_size"] = PatchSize,
                ["spatial_merge_size"] = MergeSize,
                ["temporal_patch_size"] = TemporalPatchSize,
                ["window_size"] = GridPicture.Side, // one window is the whole picture
                ["fullatt_block_indexes"] = new JsonArray([.. Enumerable.Range(0, size.VisionLayers).Select(i => JsonValue.Create(i))]),
                ["out_hidden_size"] = size.Hidden,
                ["tokens_per_second"] = 2,
            },
        };
    }
}
