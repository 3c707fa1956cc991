using System.Text.Json;
using System.Text.Json.Nodes;
using RIL.Training.Layers;
using RIL.Training.Safetensors;
using static TorchSharp.torch;

namespace RIL.Training.Models;

/// <summary>The weights of a checkpoint folder: one safetensors file, or shards with an index.</summary>
internal static class WeightFiles
{
    /// <summary>Size from which a checkpoint is split, in bytes; transformers' default.</summary>
    public const long LargestShard = 5_000_000_000;

    private const string Single = "model.safetensors", Index = "model.safetensors.index.json";

    public static void Read(VisionLanguageModel model, string folder)
    {
        var files = Files(folder).Select(f => new SafetensorsFile(f)).ToList();
        try
        {
            var stored = new Dictionary<string, (SafetensorsFile File, string Name)>(StringComparer.Ordinal);
            foreach (SafetensorsFile file in files)
                foreach (string name in file.Entries.Keys) stored.TryAdd(model.WeightNameFromFile(name), (file, name));
            string[] missing = [.. model.Weights.Select(w => w.Name).Where(n => !stored.ContainsKey(n))];
            if (missing.Length > 0)
                throw new InputException($"{folder}: {missing.Length} of {model.Weights.Count} weights are missing, for instance "
                    + $"{string.Join(", ", missing.Take(3).Select(model.WeightNameToFile))}; "
                    + "the checkpoint does not fit its config.json.");
            foreach (Weight weight in model.Weights)
            {
                (SafetensorsFile file, string name) = stored[weight.Name];
                if (!file.Entries[name].Shape.SequenceEqual(weight.Shape)
                    || file.Entries[name].Type is not (ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16))
                    throw new InputException($"{file.Path}: tensor {name} is {file.Entries[name].Type} "
                        + $"[{string.Join(", ", file.Entries[name].Shape)}]; config.json asks for a float tensor "
                        + $"[{string.Join(", ", weight.Shape)}].");
                weight.Value = file.Read(name, ScalarType.Float32).to(model.Device);
            }
        }
        finally
        {
            files.ForEach(f => f.Dispose());
        }
    }

    public static void Write(VisionLanguageModel model, string folder, ScalarType dtype, long shardBytes)
    {
        foreach (string old in Directory.GetFiles(folder, "model*.safetensors*")) File.Delete(old);
        List<List<Weight>> shards = [[]];
        long bytes = 0;
        foreach (Weight weight in model.Weights)
        {
            long size = weight.Count * SafetensorsTypes.Size(dtype);
            if (bytes + size > shardBytes && shards[^1].Count > 0)
            {
                shards.Add([]);
                bytes = 0;
            }
            shards[^1].Add(weight);
            bytes += size;
        }
        var map = new JsonObject();
        for (int i = 0; i < shards.Count; i++)
        {
            string file = shards.Count == 1 ? Single : $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors";
            WriteShard(model, shards[i], Path.Combine(folder, file), dtype);
            foreach (Weight weight in shards[i]) map[model.WeightNameToFile(weight.Name)] = file;
        }
        if (shards.Count == 1) return;
        long total = model.Weights.Sum(w => w.Count) * SafetensorsTypes.Size(dtype);
        var index = new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = total }, ["weight_map"] = map };
        File.WriteAllText(Path.Combine(folder, Index), index.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    private static void WriteShard(VisionLanguageModel model, List<Weight> weights, string path, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        SafetensorsWriter.Write(
            path, [.. weights.Select(w => (model.WeightNameToFile(w.Name), w.Value.detach().to(dtype)))],
                new Dictionary<string, string> { ["format"] = "pt" });
    }

    private static IEnumerable<string> Files(string folder)
    {
        string single = Path.Combine(folder, Single), index = Path.Combine(folder, Index);
        if (File.Exists(single)) return [single];
        if (!File.Exists(index)) throw new InputException(
            $"{folder}: it holds neither {Single} nor {Index}; expected a Hugging Face checkpoint folder.");
        try
        {
            JsonObject map = JsonNode.Parse(File.ReadAllText(index))?["weight_map"] as JsonObject
                ?? throw new InputException($"{index}: it has no weight_map.");
            return [.. map.Select(entry => entry.Value!.GetValue<string>()).Distinct().Select(name =>
                Path.GetFileName(name) == name ? Path.Combine(folder, name)
                    : throw new InputException($"{index}: shard '{name}' is not a plain file name."))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InputException($"{index}: it cannot be read ({e.Message}).", e);
        }
    }
}
