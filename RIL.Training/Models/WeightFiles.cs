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

    private const int NamesShown = 3;
    private const string Single = "model.safetensors", Index = "model.safetensors.index.json";

    public static void Read(VisionLanguageModel model, string folder) => ForEach(model, folder, (weight, file, name) =>
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        weight.Value = file.Read(name, ScalarType.Float32).to(model.Device);
    });

    /// <summary>Whether the files hold what the model asks for, throwing as <see cref="Read"/> does; no weight gets a value.</summary>
    public static void Check(VisionLanguageModel model, string folder) => ForEach(model, folder, (_, _, _) => { });

    private static void ForEach(VisionLanguageModel model, string folder, Action<Weight, SafetensorsFile, string> take)
    {
        var files = Files(folder).Select(f => new SafetensorsFile(f)).ToList();
        try
        {
            var stored = new Dictionary<string, (SafetensorsFile File, string Name)>(StringComparer.Ordinal);
            foreach (SafetensorsFile file in files)
                foreach (string name in file.Entries.Keys) stored.TryAdd(model.WeightNameFromFile(name), (file, name));
            CheckNames(model, folder, stored);
            foreach (Weight weight in model.Weights)
            {
                (SafetensorsFile file, string name) = stored[weight.Name];
                CheckTensor(file, name, weight);
                take(weight, file, name);
            }
        }
        finally
        {
            files.ForEach(f => f.Dispose());
        }
    }

    // What is not there, and what is there and would be passed over in silence.
    private static void CheckNames(VisionLanguageModel model, string folder,
        Dictionary<string, (SafetensorsFile File, string Name)> stored)
    {
        string config = Path.Combine(folder, "config.json");
        string[] missing = [.. model.Weights.Select(w => w.Name).Where(n => !stored.ContainsKey(n))];
        if (missing.Length > 0)
            throw new InputException($"{folder}: {missing.Length} of {model.Weights.Count} weights that {config} asks for are missing, "
                + $"for "
                + $"instance {string.Join(", ", missing.Take(NamesShown).Select(model.WeightNameToFile))}; the checkpoint does not fit "
                    + $"its "
                + "config.json (number of layers, tie_word_embeddings): take both from one checkpoint.");
        HashSet<string> asked = [.. model.Weights.Select(w => w.Name)];
        var surplus = new List<string>();
        foreach ((string name, (SafetensorsFile file, string stands)) in stored.Where(s => !asked.Contains(s.Key)))
        {
            // a table that older versions wrote, computed from the config
            if (name.EndsWith(".inv_freq", StringComparison.Ordinal)) continue;
            if (model.TwinOf(name) is not { } twin) surplus.Add(stands);
            else if (!SameBytes(file, stands, stored[twin]))
                throw new InputException($"{file.Path}: {stands} and {stored[twin].Name} differ, and tie_word_embeddings is true in "
                    + $"{config}; "
                    + "set it to false, or remove the one that is not used.");
        }
        if (surplus.Count > 0)
            throw new InputException($"{folder}: the weights hold {surplus.Count} tensors that {config} does not ask for, for instance "
                + $"{string.Join(", ", surplus.Take(NamesShown))}; they would be passed over in silence. Correct the number of layers "
                + "(num_hidden_layers, vision_config depth), take both files from one checkpoint, or remove what is surplus.");
    }

    private static bool SameBytes(SafetensorsFile file, string name, (SafetensorsFile File, string Name) other)
    {
        SafetensorsEntry a = file.Entries[name], b = other.File.Entries[other.Name];
        if (a.Type != b.Type || !a.Shape.SequenceEqual(b.Shape)) return false;
        using Tensor one = file.Map(name), two = other.File.Map(other.Name), same = one.eq(two), all = same.all();
        return all.bytes[0] != 0;
    }

    private static void CheckTensor(SafetensorsFile file, string name, Weight weight)
    {
        SafetensorsEntry entry = file.Entries[name];
        if (!entry.Shape.SequenceEqual(weight.Shape)
            || entry.Type is not (ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16))
            throw new InputException($"{file.Path}: tensor {name} is {entry.Type} [{string.Join(", ", entry.Shape)}]; config.json asks "
                + $"for "
                + $"a float tensor [{string.Join(", ", weight.Shape)}].");
        if (file.NonFiniteIn(name) is >= 0 and long at)
            throw new InputException($"{file.Path}: tensor {name} holds a value that is no number (NaN or infinite) at "
                + $"[{string.Join(", ", Place(at, entry.Shape))}]; the checkpoint is damaged or its training diverged: take another one.");
    }

    private static long[] Place(long at, long[] shape)
    {
        var place = new long[shape.Length];
        for (int d = shape.Length - 1; d >= 0; d--) (at, place[d]) = Math.DivRem(at, shape[d]);
        return place;
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
