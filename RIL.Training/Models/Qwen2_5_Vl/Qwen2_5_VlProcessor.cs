using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RIL.Training.Datasets;
using RIL.Training.Images;
using RIL.Training.Safetensors;
using RIL.Training.Tokenizers;

namespace RIL.Training.Models.Qwen2_5_Vl;

/// <summary>
/// Prompts of the Qwen2.5-VL family: chat template, one image token a merged patch, byte-level tokens. Text of users cannot produce a
/// marker.
/// </summary>
public sealed class Qwen2_5_VlProcessor : IPromptEncoder
{
    private const string GenerationConfig = "generation_config.json", Config = "config.json";

    private readonly ByteLevelTokenizer _tokenizer;
    private readonly Qwen2VlImageProcessor _images;
    private readonly ChatTemplate _template;
    private readonly byte[]? _generationConfig;
    private readonly int _visionStart, _imagePad, _visionEnd;
    private readonly Dictionary<string, int> _frameTokens = [];

    private Qwen2_5_VlProcessor(string folder, int? minPixels, int? maxPixels)
    {
        _tokenizer = ByteLevelTokenizer.Load(folder);
        ImageProcessorSettings settings = ImageProcessorSettings.Read(folder);
        settings = settings with { MinPixels = minPixels ?? settings.MinPixels, MaxPixels = maxPixels ?? settings.MaxPixels };
        settings.Check(folder);
        _images = new Qwen2VlImageProcessor(settings);
        _template = ChatTemplate.Read(folder);
        JsonObject config = ReadObject(Path.Combine(folder, Config));
        string generation = Path.Combine(folder, GenerationConfig);
        _generationConfig = File.Exists(generation) ? File.ReadAllBytes(generation) : null;

        _imagePad = Marker(config, "image_token_id", "<|image_pad|>");
        _visionStart = Marker(config, "vision_start_token_id", "<|vision_start|>");
        _visionEnd = Marker(config, "vision_end_token_id", "<|vision_end|>");
        if (_template.Roles)
            foreach (string token in new[] { ChatTemplate.MessageStart, ChatTemplate.MessageEnd }) _frameTokens[token] = Special(token);
        MarkerTokenIds = [.. new[] { _imagePad, _visionStart, _visionEnd, Id(config, "video_token_id"), Id(config, "vision_token_id") }
            .OfType<int>().Distinct()];
        int[] said = EndTokens(_generationConfig is null ? null : ReadObject(generation)) ?? EndTokens(config)
            ?? EndTokens(config["text_config"] as JsonObject)
            ?? throw new InputException($"{folder}: neither {GenerationConfig} nor {Config} says an eos_token_id; add the token that ends "
                + $"an answer.");
        EndTokenIds = _template.Roles ? [Special(ChatTemplate.MessageEnd), .. said.Except([Special(ChatTemplate.MessageEnd)])] : said;
        var agreement = new ProcessorAgreement(folder, config);
        agreement.RequireSizes(settings);
        agreement.RequireTokens(_tokenizer, said.Select(id => ("eos_token_id", id)).Concat(MarkerTokenIds.Select(id => ("a marker", id))));
        Warnings = [.. agreement.Warnings(settings, _tokenizer, said, _template.Roles ? ChatTemplate.MessageEnd : null)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings { get; }

    /// <inheritdoc/>
    public int EndTokenId => EndTokenIds[0];

    /// <inheritdoc/>
    public IReadOnlyList<int> EndTokenIds { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> MarkerTokenIds { get; }

    /// <summary>Sizes and limits of pictures.</summary>
    public ImageProcessorSettings ImageSettings => _images.Settings;

    /// <summary>
    /// Reads tokenizer, image processor, chat template and marker ids of a checkpoint folder; the pixel limits can be set apart from the
    /// checkpoint's.
    /// </summary>
    public static Qwen2_5_VlProcessor Load(string folder, int? minPixels = null, int? maxPixels = null) =>
        new(folder, minPixels, maxPixels);

    /// <inheritdoc/>
    public EncodedPrompt Encode(IReadOnlyList<ChatMessage> messages, IReadOnlyList<PictureSource> images, string rowName)
    {
        if (messages.Count == 0) throw new InputException($"{rowName} has no messages; expected at least one.");
        int markers = messages.Sum(m => m.Content.Count(p => p.IsImage));
        if (markers != images.Count) throw new InputException(
            $"{rowName} has {markers} image markers and {images.Count} pictures; expected as many.");
        ImagePatches[] patches = [.. images.Select(image => _images.Process(Read(image, rowName), $"{rowName}: picture '{image.Name}'"))];

        var ids = new List<int>();
        var text = new StringBuilder();
        int picture = 0;
        foreach (TemplatePiece piece in _template.Render(messages))
        {
            // Neighbouring texts are tokenised as one, as they stand in the rendered prompt.
            if (piece.Text is not null)
            {
                text.Append(piece.Text);
                continue;
            }
            Flush(text, ids);
            if (piece.Token is not null)
            {
                ids.Add(_frameTokens[piece.Token]);
                continue;
            }
            ids.Add(_visionStart);
            ids.AddRange(Enumerable.Repeat(_imagePad, _images.TokenCount(patches[picture++])));
            ids.Add(_visionEnd);
        }
        Flush(text, ids);
        return new EncodedPrompt([.. ids], patches);
    }

    /// <inheritdoc/>
    public int CountTokens(ImagePatches picture) => _images.TokenCount(picture);

    /// <inheritdoc/>
    public int[] EncodeCompletion(string text) => _tokenizer.Encode(text);

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> tokenIds) => _tokenizer.Decode(tokenIds, skipSpecial: true);

    /// <summary>
    /// Writes tokenizer.json, tokenizer_config.json, preprocessor_config.json (with the limits in use), chat_template.jinja and
    /// generation_config.json.
    /// </summary>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        _tokenizer.Save(folder);
        _images.Settings.Write(folder);
        _template.Write(folder);
        if (_generationConfig is not null) File.WriteAllBytes(Path.Combine(folder, GenerationConfig), _generationConfig);
        WriteEndTokens(Path.Combine(folder, GenerationConfig));
    }

    // The trained student ends its answers with the template's token, so whoever serves it must know that one too.
    private void WriteEndTokens(string path)
    {
        JsonObject document = _generationConfig is null ? [] : ReadObject(path);
        int[] said = EndTokens(document) ?? [];
        if (said.Length > 0 ? EndTokenIds.All(said.Contains) : !_template.Roles) return;
        document["eos_token_id"] = new JsonArray([.. EndTokenIds.Select(id => JsonValue.Create(id))]);
        File.WriteAllText(path, document.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    private void Flush(StringBuilder text, List<int> ids)
    {
        if (text.Length > 0) ids.AddRange(_tokenizer.Encode(text.ToString()));
        text.Clear();
    }

    private static byte[] Read(PictureSource image, string rowName)
    {
        try
        {
            return image.Read();
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{rowName}: {e.Message}", e);
        }
    }

    private int Marker(JsonObject config, string key, string spelling)
    {
        int inTokenizer = Special(spelling), inConfig = Id(config, key) ?? inTokenizer;
        return inConfig == inTokenizer ? inConfig
            : throw new InputException($"{key} is {inConfig} in {Config}, and {spelling} is token {inTokenizer} in tokenizer.json; take "
                + $"both files from one checkpoint.");
    }

    private int Special(string spelling)
    {
        if (_tokenizer.IdOf(spelling) is not { } id)
            throw new InputException($"tokenizer.json lacks the token {spelling}, which prompts of this family need; take it from a "
            + $"Qwen2.5-VL checkpoint.");
        if (!_tokenizer.IsSpecial(id))
            throw new InputException($"{spelling} is not a special token in tokenizer.json, so that users' text could produce it; mark it "
            + $"\"special\": true.");
        return id;
    }

    private static int? Id(JsonObject config, string key) => config[key] is JsonValue value && value.TryGetValue(out int id) ? id : null;

    private static int[]? EndTokens(JsonObject? config) => config?["eos_token_id"] switch
    {
        JsonValue value when value.TryGetValue(out int id) => [id],
        JsonArray { Count: > 0 } list when list.All(v => v is JsonValue value && value.TryGetValue(out int _)) =>
            [.. list.Select(v => v!.GetValue<int>())],
        _ => null,
    };

    private static JsonObject ReadObject(string path)
    {
        if (LfsPointer.Is(path)) throw new InputException(LfsPointer.Sentence(path));
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new InputException($"{path}: expected a JSON object.");
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            throw new InputException($"{path} cannot be read ({e.Message}); expected the file of a Hugging Face checkpoint.", e);
        }
    }
}
