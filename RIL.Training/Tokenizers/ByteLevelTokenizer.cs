using System.Text;
using RIL.Training.Safetensors;

namespace RIL.Training.Tokenizers;

/// <summary>A byte-level BPE as a Hugging Face tokenizer.json describes it; safe to use from several threads.</summary>
public sealed class ByteLevelTokenizer
{
    private const string FileName = "tokenizer.json", ConfigName = "tokenizer_config.json";

    private readonly TokenizerJson _json;
    private readonly byte[]? _config;
    private readonly AddedTokens _rawTokens, _normalizedTokens;
    private readonly Dictionary<string, int> _addedIds;
    private readonly HashSet<int> _specialIds;
    private readonly string?[] _tokens;
    private readonly byte[]?[] _bytes;
    private readonly BytePairMerger _merger;

    private ByteLevelTokenizer(TokenizerJson json, byte[]? config)
    {
        _json = json;
        _config = config;
        _rawTokens = new AddedTokens(json.AddedTokens.Where(t => !t.Normalized));
        _normalizedTokens = new AddedTokens(json.AddedTokens.Where(t => t.Normalized)
            .Select(t => t with { Content = Normalize(t.Content) }));
        _addedIds = json.AddedTokens.ToDictionary(t => t.Content, t => t.Id);
        _specialIds = [.. json.AddedTokens.Where(t => t.Special).Select(t => t.Id)];
        VocabularySize = 1 + Math.Max(json.Vocabulary.Values.DefaultIfEmpty(-1).Max(),
            json.AddedTokens.Select(t => t.Id).DefaultIfEmpty(-1).Max());
        _tokens = new string?[VocabularySize];
        foreach ((string token, int id) in json.Vocabulary) _tokens[id] = token;
        foreach (AddedToken token in json.AddedTokens) _tokens[token.Id] = token.Content;
        _bytes = [.. _tokens.Select(t => t is null ? null : ByteAlphabet.Bytes(t))];
        int[] idOfByte = [.. Enumerable.Range(0, 256)
            .Select(b => json.Vocabulary.TryGetValue(ByteAlphabet.Char((byte)b).ToString(), out int id) ? id : -1)];
        _merger = new BytePairMerger(idOfByte, json.Merges, json.IgnoreMerges ? json.Vocabulary : null);
    }

    /// <summary>One more than the highest token id; a model's table may be larger.</summary>
    public int VocabularySize { get; }

    /// <summary>
    /// Reads a checkpoint folder's tokenizer.json (and keeps its tokenizer_config.json), or the tokenizer file that
    /// <paramref name="path"/> names; files ending in .gz are unpacked.
    /// </summary>
    public static ByteLevelTokenizer Load(string path)
    {
        // Without ICU's tables, composing silently does nothing and the ids of accented letters are wrong.
        if ("e\u0301".Normalize(NormalizationForm.FormC) != "\u00e9")
            throw new InputException("Unicode normalisation is off on this system; install libicu, or unset "
                + "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT.");
        string file = path;
        if (Directory.Exists(path))
        {
            file = Path.Combine(path, FileName);
            if (!File.Exists(file) && File.Exists(file + ".gz")) file += ".gz";
        }
        if (!File.Exists(file)) throw new InputException($"{file}: there is no tokenizer; expected a Hugging Face {FileName}.");
        if (LfsPointer.Is(file)) throw new InputException(LfsPointer.Sentence(file));
        string config = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, ConfigName);
        return new ByteLevelTokenizer(TokenizerJson.Read(file), File.Exists(config) ? File.ReadAllBytes(config) : null);
    }

    /// <summary>Writes tokenizer.json and, where there was one, tokenizer_config.json as they were read.</summary>
    public void Save(string folder)
    {
        File.WriteAllBytes(Path.Combine(folder, FileName), _json.Document);
        if (_config is not null) File.WriteAllBytes(Path.Combine(folder, ConfigName), _config);
    }

    /// <summary>The id of a token by its spelling in the vocabulary, or null.</summary>
    public int? IdOf(string token) => _addedIds.TryGetValue(token, out int id) || _json.Vocabulary.TryGetValue(token, out id) ? id : null;

    /// <summary>The spelling of a token by its id, or null where there is none.</summary>
    public string? SpellingOf(int id) => id >= 0 && id < _tokens.Length ? _tokens[id] : null;

    /// <summary>Whether the token is a special one, which text cannot produce unless it is allowed to.</summary>
    public bool IsSpecial(int id) => _specialIds.Contains(id);

    /// <summary>
    /// Tokens of <paramref name="text"/>; the spelling of a special token becomes that token only where <paramref name="allowSpecial"/>
    /// says so, so text of users must come without it.
    /// </summary>
    public int[] Encode(string text, bool allowSpecial = false)
    {
        var ids = new List<int>(text.Length / 3 + 4);
        var pieces = new List<(int Start, int End)>();
        text = UnicodeText.Wellformed(text);
        foreach ((AddedToken? token, int start, int end) in _rawTokens.Split(text, allowSpecial))
        {
            if (token is not null)
            {
                ids.Add(token.Id);
                continue;
            }
            string plain = Normalize(text[start..end]);
            foreach ((AddedToken? inner, int from, int to) in _normalizedTokens.Split(plain, allowSpecial))
            {
                if (inner is not null) ids.Add(inner.Id);
                else EncodePlain(plain, from, to, pieces, ids);
            }
        }
        return [.. ids];
    }

    /// <summary>
    /// Text of tokens; bytes that are not UTF-8 become U+FFFD, ids without a token (padding of a model's table) nothing.
    /// </summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = false)
    {
        var bytes = new List<byte>(ids.Length * 4);
        foreach (int id in ids)
        {
            if (id < 0 || id >= _bytes.Length || _bytes[id] is not { } token) continue;
            if (!skipSpecial || !_specialIds.Contains(id)) bytes.AddRange(token);
        }
        return Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes));
    }

    private void EncodePlain(string text, int start, int end, List<(int Start, int End)> pieces, List<int> ids)
    {
        if (_json.AddPrefixSpace && text[start] != ' ')
        {
            text = " " + text[start..end];
            (start, end) = (0, text.Length);
        }
        pieces.Clear();
        pieces.Add((start, end));
        foreach (Splitter splitter in _json.Splitters)
        {
            (int Start, int End)[] whole = [.. pieces];
            pieces.Clear();
            foreach ((int from, int to) in whole) splitter.Split(text, from, to, pieces);
        }
        foreach ((int from, int to) in pieces) _merger.Encode(text.AsSpan(from, to - from), ids);
    }

    private string Normalize(string text) => _json.Compose ? UnicodeText.Normalized(text, NormalizationForm.FormC) : text;
}
