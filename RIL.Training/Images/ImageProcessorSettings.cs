using System.Text.Json;
using System.Text.Json.Nodes;
using RIL.Training.Safetensors;

namespace RIL.Training.Images;

/// <summary>What a checkpoint's preprocessor_config.json says about pictures; the defaults are those of Qwen2-VL.</summary>
public sealed record ImageProcessorSettings
{
    private const string FileName = "preprocessor_config.json", ProcessorFileName = "processor_config.json";
    private const int Bicubic = 3; // Pillow's number

    /// <summary>Pictures with fewer pixels are enlarged.</summary>
    public int MinPixels { get; init; } = 56 * 56;

    /// <summary>Pictures with more pixels are reduced.</summary>
    public int MaxPixels { get; init; } = 28 * 28 * 1280;

    /// <summary>Keys that the file does not give although numbers depend on them; defaults stand for them.</summary>
    public IReadOnlyList<string> Absent { get; init; } = [];

    /// <summary>Side of a patch in pixels.</summary>
    public int PatchSize { get; init; } = 14;

    /// <summary>Patches a side that the model merges into one token.</summary>
    public int MergeSize { get; init; } = 2;

    /// <summary>Frames a patch spans; a still picture is repeated.</summary>
    public int TemporalPatchSize { get; init; } = 2;

    /// <summary>Mean of red, green and blue, of 1.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [0.48145466, 0.4578275, 0.40821073];

    /// <summary>Standard deviation of red, green and blue, of 1.</summary>
    public IReadOnlyList<double> StandardDeviation { get; init; } = [0.26862954, 0.26130258, 0.27577711];

    /// <summary>
    /// Reads preprocessor_config.json of a checkpoint folder, or the image_processor of its processor_config.json (as transformers 5 saves
    /// it).
    /// </summary>
    public static ImageProcessorSettings Read(string folder)
    {
        string path = FileIn(folder);
        bool nested = Path.GetFileName(path) != FileName;
        if (!File.Exists(path)) throw new InputException(
            $"{folder}: there is no {FileName}; copy it from the checkpoint the model was made from.");
        if (LfsPointer.Is(path)) throw new InputException(LfsPointer.Sentence(path));
        try
        {
            JsonNode root = JsonNode.Parse(File.ReadAllText(path)) ?? throw new JsonException("it is null");
            JsonObject json = (nested ? root["image_processor"] ?? throw new JsonException("image_processor is missing") : root)
                .AsObject();
            ImageProcessorSettings settings = Read(json, path);
            settings.Check(path);
            return settings;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new InputException(
                $"{path}: cannot be read ({e.Message}); copy it again from the checkpoint the model was made from.", e);
        }
    }

    /// <summary>The file of a checkpoint folder that <see cref="Read(string)"/> reads.</summary>
    public static string FileIn(string folder)
    {
        string path = Path.Combine(folder, FileName);
        return File.Exists(path) ? path : Path.Combine(folder, ProcessorFileName);
    }

    /// <summary>Writes preprocessor_config.json, with the limits in both layouts that readers know.</summary>
    public void Write(string folder)
    {
        var json = new JsonObject
        {
            ["min_pixels"] = MinPixels,
            ["max_pixels"] = MaxPixels,
            ["size"] = new JsonObject { ["shortest_edge"] = MinPixels, ["longest_edge"] = MaxPixels },
            ["patch_size"] = PatchSize,
            ["temporal_patch_size"] = TemporalPatchSize,
            ["merge_size"] = MergeSize,
            ["do_convert_rgb"] = true,
            ["do_resize"] = true,
            ["resample"] = Bicubic,
            ["do_rescale"] = true,
            ["rescale_factor"] = 1 / 255.0,
            ["do_normalize"] = true,
            ["image_mean"] = new JsonArray([.. Mean.Select(m => JsonValue.Create(m))]),
            ["image_std"] = new JsonArray([.. StandardDeviation.Select(s => JsonValue.Create(s))]),
            ["image_processor_type"] = "Qwen2VLImageProcessor",
            ["processor_class"] = "Qwen2_5_VLProcessor",
        };
        File.WriteAllText(Path.Combine(folder, FileName), json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    /// <summary>Refuses limits that no picture can meet; <paramref name="where"/> begins the message.</summary>
    public void Check(string where)
    {
        int token = PatchSize * MergeSize * PatchSize * MergeSize;
        if (MinPixels < 1 || MaxPixels < MinPixels)
            throw new InputException($"{where}: min_pixels {MinPixels} and max_pixels {MaxPixels}: expected 1 ≤ min_pixels ≤ max_pixels.");
        if (MaxPixels < token) throw new InputException(
            $"{where}: max_pixels {MaxPixels} is less than one image token of {token} pixels; raise it.");
    }

    private static ImageProcessorSettings Read(JsonObject json, string path)
    {
        var defaults = new ImageProcessorSettings();
        JsonNode? size = json["size"] as JsonObject;
        foreach (string step in new[] { "do_resize", "do_rescale", "do_normalize" })
            if (json[step] is { } done && !done.GetValue<bool>())
                throw new InputException($"{path}: {step} is false; this program always resizes, rescales and normalises.");
        if (json["resample"] is { } resample && resample.GetValue<int>() != Bicubic)
            throw new InputException($"{path}: resample is {resample}; expected {Bicubic} (bicubic).");
        if (json["rescale_factor"] is { } factor && Math.Abs(factor.GetValue<double>() * 255 - 1) > 1e-6)
            throw new InputException($"{path}: rescale_factor is {factor}; expected 1/255.");
        return defaults with
        {
            MinPixels = (json["min_pixels"] ?? size?["shortest_edge"] ?? size?["min_pixels"])?.GetValue<int>() ?? defaults.MinPixels,
            MaxPixels = (json["max_pixels"] ?? size?["longest_edge"] ?? size?["max_pixels"])?.GetValue<int>() ?? defaults.MaxPixels,
            PatchSize = Positive(json, "patch_size", path) ?? defaults.PatchSize,
            MergeSize = Positive(json, "merge_size", path) ?? defaults.MergeSize,
            TemporalPatchSize = Positive(json, "temporal_patch_size", path) ?? defaults.TemporalPatchSize,
            Absent = [.. new[] { "image_mean", "image_std", "patch_size", "merge_size", "temporal_patch_size" }
                .Where(k => json[k] is null)],
            Mean = Triple(json, "image_mean", path) ?? defaults.Mean,
            StandardDeviation = Triple(json, "image_std", path) ?? defaults.StandardDeviation,
        };
    }

    private static int? Positive(JsonObject json, string key, string path)
    {
        if (json[key] is not { } node) return null;
        int value = node.GetValue<int>();
        return value > 0 ? value : throw new InputException($"{path}: {key} is {value}; expected a number above 0.");
    }

    private static double[]? Triple(JsonObject json, string key, string path)
    {
        if (json[key] is not JsonArray list) return null;
        double[] values = [.. list.Select(v => v!.GetValue<double>())];
        bool usable = values.Length == 3 && (key != "image_std" || values.All(v => v > 0));
        return usable ? values : throw new InputException(
            $"{path}: {key} is {list.ToJsonString()}; expected three numbers, one a colour.");
    }
}
