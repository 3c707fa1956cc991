using System.Text.Json;
using System.Text.Json.Nodes;
using RIL.Training.Layers;
using RIL.Training.Models.Qwen2_5_Vl;
using RIL.Training.Safetensors;
using static TorchSharp.torch;

namespace RIL.Training.Models;

/// <summary>
/// The families this program knows, one line each, and how a model gets its weights: from a checkpoint folder, at random, or from another
/// model.
/// </summary>
public static class ModelCatalog
{
    internal sealed record Family(Func<JsonObject, string, Device, VisionLanguageModel> Model,
        Func<string, int?, int?, IPromptEncoder> PromptEncoder);

    internal static readonly Dictionary<string, Family> Families = new(StringComparer.Ordinal)
    {
        [Qwen2_5_VlConfig.ModelType] = new((document, source, device) => new Qwen2_5_VlModel(Qwen2_5_VlConfig.Read(document, source),
            device), Qwen2_5_VlProcessor.Load),
    };

    /// <summary>
    /// Reads a checkpoint folder (config.json, model.safetensors or shards) with f32 weights; throws <see cref="InputException"/> when
    /// anything is missing or damaged.
    /// </summary>
    public static VisionLanguageModel Load(string folder, Device device)
    {
        VisionLanguageModel model = Declare(ReadConfig(Path.Combine(folder, "config.json")), Path.Combine(folder, "config.json"), device);
        WeightFiles.Read(model, folder);
        return model;
    }

    /// <summary>
    /// Looks at a checkpoint folder's config.json and weights as <see cref="Load"/> does, and throws as it does, without keeping anything.
    /// </summary>
    public static void RequireWeights(string folder)
    {
        string config = Path.Combine(folder, "config.json");
        using VisionLanguageModel model = Declare(ReadConfig(config), config, CPU);
        WeightFiles.Check(model, folder);
    }

    /// <summary>
    /// Reads the tokenizer, image processor and chat template of a checkpoint folder; the pixel limits can be set apart from the
    /// checkpoint's.
    /// </summary>
    public static IPromptEncoder LoadPromptEncoder(string folder, int? minPixels = null, int? maxPixels = null)
    {
        string source = Path.Combine(folder, "config.json");
        return Find(ReadConfig(source), source).PromptEncoder(folder, minPixels, maxPixels);
    }

    /// <summary>
    /// A model of the given config.json with random weights as transformers initialises them: normal(0, initializer_range), biases 0,
    /// norms 1.
    /// </summary>
    public static VisionLanguageModel Create(string configFile, ulong seed, Device device)
    {
        JsonObject document = ReadConfig(configFile);
        VisionLanguageModel model = Declare(document, configFile, device);
        double deviation = ((document["text_config"] as JsonObject ?? document)["initializer_range"] as JsonValue)?.GetValue<double>()
            ?? 0.02;
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed);
        foreach (Weight weight in model.Weights)
        {
            weight.Value = weight.Kind switch
            {
                WeightKind.Norm => ones(weight.Shape, device: device),
                WeightKind.Bias => zeros(weight.Shape, device: device),
                _ => randn(weight.Shape, generator: generator).mul_(Torch.Scalars.Of(deviation)).to(device),
            };
        }
        return model;
    }

    /// <summary>A second model with the same configuration and a copy of the weights.</summary>
    public static VisionLanguageModel Clone(VisionLanguageModel model)
    {
        VisionLanguageModel copy = Declare((JsonObject)model.ConfigDocument.DeepClone(), "the model's configuration", model.Device);
        using var scope = NewDisposeScope();
        foreach ((Weight to, Weight from) in copy.Weights.Zip(model.Weights)) to.Value = from.Value.detach().clone();
        copy.RecomputesLayers = model.RecomputesLayers;
        return copy;
    }

    /// <summary>
    /// A second model on the same weights: its tensors share the storage and have gradients of their own, so that two workers can train
    /// side by side.
    /// </summary>
    public static VisionLanguageModel Share(VisionLanguageModel model)
    {
        VisionLanguageModel replica = Declare(model.ConfigDocument, "the model's configuration", model.Device);
        foreach ((Weight to, Weight from) in replica.Weights.Zip(model.Weights)) to.Value = from.Value.detach();
        replica.RecomputesLayers = model.RecomputesLayers;
        return replica;
    }

    /// <summary>
    /// Writes config.json and the weights (f32 unless told otherwise) as transformers does; tokenizer and processor files are the prompt
    /// encoder's.
    /// </summary>
    public static void Save(VisionLanguageModel model, string folder, ScalarType dtype = ScalarType.Float32,
        long shardBytes = WeightFiles.LargestShard)
    {
        Directory.CreateDirectory(folder);
        var document = (JsonObject)model.ConfigDocument.DeepClone();
        document[document.ContainsKey("torch_dtype") ? "torch_dtype" : "dtype"] = dtype.ToString().ToLowerInvariant();
        File.WriteAllText(Path.Combine(folder, "config.json"),
            document.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
        WeightFiles.Write(model, folder, dtype, shardBytes);
    }

    private static VisionLanguageModel Declare(JsonObject document, string source, Device device) => Find(document, source)
        .Model(document, source, device);

    private static Family Find(JsonObject document, string source)
    {
        string family = document["model_type"]?.ToString() ?? "";
        return Families.TryGetValue(family, out Family? found) ? found
            : throw new InputException($"{source}: model_type '{family}' is not a family this program knows; expected "
                + $"{string.Join(" or ", Families.Keys)}.");
    }

    private static JsonObject ReadConfig(string path)
    {
        if (!File.Exists(path)) throw new InputException(
            $"{path}: the file does not exist; expected the config.json of a Hugging Face checkpoint folder.");
        if (LfsPointer.Is(path)) throw new InputException(LfsPointer.Sentence(path));
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new InputException($"{path}: expected a JSON object.");
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}: it is not valid JSON ({e.Message}).", e);
        }
    }
}
