using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using RIL.Training;
using RIL.Training.Models;
using RIL.Training.Models.Qwen2_5_Vl;
using RIL.Training.Safetensors;

namespace RIL.Web.Models;

/// <summary>Looks into checkpoint folders with the trainer's readers: configuration, headers of the weights, tokenizer. No tensor is made, so libtorch stays out.</summary>
public sealed class ModelInspector
{
    private const string Config = "config.json", Single = "model.safetensors", Index = "model.safetensors.index.json", Embedding = "embed_tokens.weight";
    private readonly ConcurrentDictionary<string, (string State, ModelFacts Facts)> _known = new(StringComparer.Ordinal);

    /// <summary>What a folder holds; looked at again when a file in it changed.</summary>
    public ModelFacts Look(string folder)
    {
        FileInfo[] files = Directory.Exists(folder) ? [.. new DirectoryInfo(folder).GetFiles().OrderBy(f => f.Name, StringComparer.Ordinal)] : [];
        string state = string.Join('\n', files.Select(f => $"{f.Name} {f.Length} {f.LastWriteTimeUtc.Ticks}"));
        if (_known.TryGetValue(folder, out (string State, ModelFacts Facts) known) && known.State == state) return known.Facts;
        ModelFacts facts = Read(folder, files);
        _known[folder] = (state, facts);
        return facts;
    }

    private static ModelFacts Read(string folder, FileInfo[] files)
    {
        var facts = new ModelFacts(null, null, 0, [], null, null, files.Sum(f => f.Length), [.. files.Select(f => new ModelFile(f.Name, f.Length))]);
        try
        {
            string source = Path.Combine(folder, Config);
            if (!File.Exists(source)) throw new InputException($"it holds no {Config}; expected a Hugging Face checkpoint folder");
            JsonObject document = JsonNode.Parse(File.ReadAllText(source)) as JsonObject ?? throw new InputException($"{Config} is no JSON object");
            facts = facts with { Family = document["model_type"]?.ToString() ?? "" };
            if (facts.Family != Qwen2_5_VlConfig.ModelType) throw new InputException($"model_type is '{facts.Family}'; expected {Qwen2_5_VlConfig.ModelType}, the family this program trains");
            Qwen2_5_VlConfig config = Qwen2_5_VlConfig.Read(document, Config);
            facts = facts with { Text = config.Text, Vision = config.Vision };
            facts = Weights(folder, facts, config);
            ModelCatalog.LoadPromptEncoder(folder);
            return facts;
        }
        catch (Exception e) when (e is InputException or JsonException or IOException or UnauthorizedAccessException)
        {
            return facts with { Problem = Sentence(e.Message, folder) };
        }
    }

    private static ModelFacts Weights(string folder, ModelFacts facts, Qwen2_5_VlConfig config)
    {
        var types = new SortedSet<string>(StringComparer.Ordinal);
        long parameters = 0;
        bool embedded = false;
        foreach (string name in Shards(folder))
        {
            using var file = new SafetensorsFile(Path.Combine(folder, name));
            foreach (SafetensorsEntry entry in file.Entries.Values)
            {
                parameters += entry.Count;
                types.Add(entry.Type.ToString());
                if (!entry.Name.EndsWith(Embedding, StringComparison.Ordinal)) continue;
                embedded = true;
                if (entry.Shape is not [var words, var width] || words != config.Text.VocabularySize || width != config.Text.HiddenSize)
                    throw new InputException($"{entry.Name} is [{string.Join(", ", entry.Shape)}] and {Config} asks for [{config.Text.VocabularySize}, {config.Text.HiddenSize}]; the weights do not fit the configuration");
            }
        }
        if (!embedded) throw new InputException($"no weight is called …{Embedding}; the weights do not fit the configuration");
        return facts with { Parameters = parameters, Types = [.. types] };
    }

    private static string[] Shards(string folder)
    {
        if (File.Exists(Path.Combine(folder, Single))) return [Single];
        string index = Path.Combine(folder, Index);
        if (!File.Exists(index)) throw new InputException($"it holds neither {Single} nor {Index}");
        JsonObject map = (JsonNode.Parse(File.ReadAllText(index)) as JsonObject)?["weight_map"] as JsonObject ?? throw new InputException($"{Index} has no weight_map");
        string[] shards = [.. map.Select(e => e.Value?.ToString() ?? "").Distinct()];
        return shards.All(s => s.Length > 0 && Path.GetFileName(s) == s) ? shards : throw new InputException($"{Index} names a shard that is no plain file name");
    }

    // Where the folder lies on the server is nobody's business.
    private static string Sentence(string message, string folder)
    {
        string text = message.Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal).Replace(folder + ":", "", StringComparison.Ordinal).Replace(folder, "the folder", StringComparison.Ordinal).Trim();
        bool named = text.Split(' ', 2)[0].Contains('.', StringComparison.Ordinal); // a file's name keeps its letters
        text = named ? text : text.Length > 0 ? char.ToUpperInvariant(text[0]) + text[1..] : "It cannot be read";
        return text.EndsWith('.') ? text : text + ".";
    }
}
