using System.Text.Json.Nodes;
using RIL.Training.Images;
using RIL.Training.Tokenizers;

namespace RIL.Training.Models.Qwen2_5_Vl;

/// <summary>
/// Whether a checkpoint's tokenizer and image processor are those of its model: what its config.json says against what the other files
/// say. A key that config.json lacks is not compared; whoever reads the model asks for it.
/// </summary>
internal sealed class ProcessorAgreement(string folder, JsonObject config)
{
    private const int Named = 3;
    private readonly string _config = Path.Combine(folder, "config.json");
    private readonly string _processor = ImageProcessorSettings.FileIn(folder);

    /// <summary>Refuses patches of another size than the model's.</summary>
    public void RequireSizes(ImageProcessorSettings settings)
    {
        foreach ((string key, string modelKey, int size) in new[]
        {
            ("patch_size", "patch_size", settings.PatchSize), ("merge_size", "spatial_merge_size", settings.MergeSize),
            ("temporal_patch_size", "temporal_patch_size", settings.TemporalPatchSize),
        })
        {
            if (Number(config["vision_config"] as JsonObject, modelKey) is { } model && model != size)
                throw new InputException($"{_processor}: {key} is {size}{(settings.Absent.Contains(key) ? " (by default)" : "")}, and "
                    + $"{_config} says vision_config {modelKey} {model}; take both files from one checkpoint.");
        }
    }

    /// <summary>Refuses tokens that the model's embedding table has no row for.</summary>
    public void RequireTokens(ByteLevelTokenizer tokenizer, IEnumerable<(string Key, int Id)> used)
    {
        if ((Number(config["text_config"] as JsonObject, "vocab_size") ?? Number(config, "vocab_size")) is not { } rows) return;
        foreach ((string key, int id) in used.Where(u => u.Id < 0 || u.Id >= rows))
            throw new InputException($"{_config}: {key} is token {id} ({tokenizer.SpellingOf(id) ?? "without a spelling"}), and the "
                + $"embedding table has {rows} rows (vocab_size); take tokenizer and model from one checkpoint.");
        int[] beyond = [.. Enumerable.Range(rows, Math.Max(0, tokenizer.VocabularySize - rows))
            .Where(id => tokenizer.SpellingOf(id) is not null)];
        if (beyond.Length > 0)
            throw new InputException($"{Path.Combine(folder, "tokenizer.json")}: {beyond.Length} tokens lie beyond the embedding table of "
                + $"{rows} rows (vocab_size in {_config}): "
                + $"{string.Join(", ", beyond.Take(Named).Select(id => $"'{tokenizer.SpellingOf(id)}' is token {id}"))}"
                + $"{(beyond.Length > Named ? ", …" : "")}. Enlarge the model's table (resize_token_embeddings), or take out the tokens "
                + "that were added.");
    }

    /// <summary>What the files leave open or say in two ways; <paramref name="turnEnd"/> is the token with which the template ends turns.
    /// </summary>
    public IEnumerable<string> Warnings(ImageProcessorSettings settings, ByteLevelTokenizer tokenizer, int[] ends, string? turnEnd)
    {
        string[] colours = [.. settings.Absent.Where(k => k.StartsWith("image_", StringComparison.Ordinal))];
        if (colours.Length > 0)
            yield return $"{_processor} does not say {string.Join(" and ", colours)}; the family's usual numbers are used.";
        if (turnEnd is not null && tokenizer.IdOf(turnEnd) is { } id && !ends.Contains(id))
            yield return $"{folder}: eos_token_id is {string.Join(", ", ends.Select(e => $"{e} ({tokenizer.SpellingOf(e) ?? "?"})"))}, "
                + $"and "
                + $"the chat template ends turns with {turnEnd} ({id}); both end sampling, and answers are trained to end with {turnEnd}.";
    }

    private static int? Number(JsonObject? owner, string key) =>
        owner?[key] is JsonValue value && value.TryGetValue(out int number) ? number : null;
}
