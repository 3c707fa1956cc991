using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace RIL.Training.Tokenizers;

/// <summary>What a tokenizer.json says, with everything refused that the byte-level tokenizer would not do as Hugging Face does.</summary>
internal sealed class TokenizerJson
{
    private const int HighestId = 1 << 24; // far beyond any vocabulary; a larger one would only exhaust the memory

    public required byte[] Document { get; init; }
    public required Dictionary<string, int> Vocabulary { get; init; }
    public required Dictionary<ulong, (int Rank, int Id)> Merges { get; init; }
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }
    public required IReadOnlyList<Splitter> Splitters { get; init; }
    public required bool Compose { get; init; }
    public required bool AddPrefixSpace { get; init; }
    public required bool IgnoreMerges { get; init; }

    public static TokenizerJson Read(string path)
    {
        byte[] document = ReadBytes(path);
        try
        {
            using JsonDocument json = JsonDocument.Parse(document);
            return Read(document, json.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or IndexOutOfRangeException or ArgumentException)
        {
            throw new InputException($"{path}: cannot be read as a tokenizer.json ({e.Message}); fetch it again from the checkpoint it "
                + $"belongs to.", e);
        }
        catch (UnsupportedTokenizerException e)
        {
            throw new InputException($"{path}: {e.Message}; supported is a byte-level BPE as Qwen2, Qwen2.5, Qwen3, GPT-2 and Llama 3 "
                + $"have it.", e);
        }
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            if (!path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) return File.ReadAllBytes(path);
            using var packed = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
            using var plain = new MemoryStream();
            packed.CopyTo(plain);
            return plain.ToArray();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: the tokenizer cannot be read ({e.Message}).", e);
        }
    }

    private static TokenizerJson Read(byte[] document, JsonElement root)
    {
        JsonElement model = root.GetProperty("model");
        if (Text(model, "type") is { } type && type != "BPE") throw Unsupported($"model type '{type}'");
        foreach (string key in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
            if (Text(model, key) is { Length: > 0 } affix) throw Unsupported($"{key} '{affix}'");
        if (Flag(model, "byte_fallback")) throw Unsupported("byte_fallback (a SentencePiece vocabulary)");
        if (Type(Optional(root, "decoder")) is { } decoder && decoder != "ByteLevel") throw Unsupported($"decoder '{decoder}'");
        if (Type(Optional(root, "post_processor")) is { } post && post != "ByteLevel") throw Unsupported($"post_processor '{post}'");

        var vocabulary = model.GetProperty("vocab").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt32());
        var splitters = new List<Splitter>();
        bool byteLevel = false, prefixSpace = false;
        foreach (JsonElement stage in Stages(Optional(root, "pre_tokenizer"), "pretokenizers"))
        {
            if (byteLevel) throw Unsupported("a pre_tokenizer after ByteLevel");
            if (Type(stage) == "ByteLevel")
            {
                byteLevel = true;
                prefixSpace = Flag(stage, "add_prefix_space", absent: true);
                if (prefixSpace && splitters.Count > 0) throw Unsupported("add_prefix_space after another pre_tokenizer");
                if (Flag(stage, "use_regex", absent: true)) splitters.Add(new Gpt2Scanner());
            }
            else splitters.Add(ReadSplit(stage));
        }
        if (!byteLevel) throw Unsupported("a pre_tokenizer without ByteLevel");

        List<AddedToken> added = Optional(root, "added_tokens") is { } list ? [.. list.EnumerateArray().Select(ReadAdded)] : [];
        if (vocabulary.Values.Concat(added.Select(t => t.Id)).FirstOrDefault(id => id is < 0 or > HighestId) is not 0 and var wrong)
            throw new FormatException($"token id {wrong} is out of range");
        return new TokenizerJson
        {
            Document = document,
            Vocabulary = vocabulary,
            Merges = ReadMerges(model.GetProperty("merges"), vocabulary),
            AddedTokens = [.. added.DistinctBy(t => t.Content)],
            Splitters = splitters,
            Compose = ReadCompose(Optional(root, "normalizer")),
            AddPrefixSpace = prefixSpace,
            IgnoreMerges = Flag(model, "ignore_merges"),
        };
    }

    private static bool ReadCompose(JsonElement? normalizer)
    {
        bool compose = false;
        foreach (JsonElement stage in Stages(normalizer, "normalizers"))
            compose = Type(stage) == "NFC" ? true : throw Unsupported($"normalizer '{Type(stage)}'");
        return compose;
    }

    private static Splitter ReadSplit(JsonElement stage)
    {
        if (Type(stage) != "Split") throw Unsupported($"pre_tokenizer '{Type(stage)}'");
        JsonElement pattern = stage.GetProperty("pattern");
        string behavior = Text(stage, "behavior") ?? "Isolated";
        bool invert = Flag(stage, "invert");
        if (behavior is not ("Isolated" or "Removed")) throw Unsupported($"Split behavior '{behavior}'");
        string regex = Text(pattern, "Regex")
            ?? Regex.Escape(Text(pattern, "String") ?? throw Unsupported("a Split pattern that is neither Regex nor String"));
        try
        {
            if (behavior == "Isolated") return Splitter.ForPattern(regex);
            return new RegexSplitter(new Regex(regex, RegexOptions.CultureInvariant), keepMatches: invert, keepGaps: !invert);
        }
        catch (ArgumentException e)
        {
            throw Unsupported($"the Split pattern '{regex}' ({e.Message})");
        }
    }

    private static Dictionary<ulong, (int Rank, int Id)> ReadMerges(JsonElement list, Dictionary<string, int> vocabulary)
    {
        var merges = new Dictionary<ulong, (int Rank, int Id)>(list.GetArrayLength());
        int rank = 0;
        foreach (JsonElement entry in list.EnumerateArray())
        {
            string left, right;
            if (entry.ValueKind == JsonValueKind.Array) (left, right) = (entry[0].GetString()!, entry[1].GetString()!);
            else
            {
                string pair = entry.GetString()!;
                int blank = pair.IndexOf(' ');
                if (blank < 0) throw new FormatException($"merge {rank} '{pair}' is not a pair");
                (left, right) = (pair[..blank], pair[(blank + 1)..]);
            }
            if (!vocabulary.TryGetValue(left, out int l) || !vocabulary.TryGetValue(right, out int r)
                || !vocabulary.TryGetValue(left + right, out int id))
                throw new FormatException($"merge {rank} '{left} {right}' uses a token that the vocabulary lacks");
            merges[BytePairMerger.Pair(l, r)] = (rank++, id);
        }
        return merges;
    }

    private static AddedToken ReadAdded(JsonElement token) => new(
        token.GetProperty("id").GetInt32(), token.GetProperty("content").GetString()!, Flag(token, "special"), Flag(token, "normalized"),
        Flag(token, "lstrip"), Flag(token, "rstrip"), Flag(token, "single_word"));

    private static IEnumerable<JsonElement> Stages(JsonElement? stage, string children)
    {
        if (stage is not { } one) return [];
        return Type(one) == "Sequence" ? one.GetProperty(children).EnumerateArray().SelectMany(s => Stages(s, children)) : [one];
    }

    private static JsonElement? Optional(JsonElement owner, string key) =>
        owner.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Type(JsonElement? stage) => stage is { } s ? Text(s, "type") : null;

    private static string? Text(JsonElement owner, string key) => Optional(owner, key)?.GetString();

    private static bool Flag(JsonElement owner, string key, bool absent = false) => Optional(owner, key)?.GetBoolean() ?? absent;

    private static UnsupportedTokenizerException Unsupported(string what) => new($"it uses {what}, which this program does not know");

    private sealed class UnsupportedTokenizerException(string message) : Exception(message);
}
