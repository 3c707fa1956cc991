using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using RIL.Training.Tokenizers;

namespace RIL.Training.Quickstart;

/// <summary>
/// The quickstart's tokenizer: a byte-level BPE in which every word of its questions and answers is one token, as tokenizer.json for any
/// program that reads such files.
/// </summary>
internal static class QuickstartTokenizer
{
    public const string EndOfText = "<|endoftext|>";

    /// <summary>Tokens apart from text, in the order of their ids; their spellings are those of Qwen2.5-VL.</summary>
    public static readonly string[] Special = [EndOfText, "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>",
        "<|image_pad|>", "<|video_pad|>"];

    private const int LargestNumber = 18;
    private const string Sentences =
        "what is at the ? which digit of cost sum row column there a are more shoes than tops even odd how many digits explain picture "
            + "shows , and . plus no yes answer :";

    private static readonly JsonSerializerOptions Readable = new()
        { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true };

    // Questions and answers begin with these, without a space before them.
    private static readonly string[] First = ["what", "which", "is", "are", "how", "answer", "the"];

    private static readonly (IReadOnlyList<string> Vocabulary, IReadOnlyList<(string Left, string Right)> Merges) Learned =
        BytePairTrainer.Train(Pieces());

    /// <summary>Tokens in all.</summary>
    public static int Size => Learned.Vocabulary.Count + Special.Length;

    /// <summary>Id of a special token.</summary>
    public static int IdOf(string special) => Learned.Vocabulary.Count + Array.IndexOf(Special, special);

    /// <summary>Writes tokenizer.json and tokenizer_config.json.</summary>
    public static void Write(string folder)
    {
        JsonObject ByteLevel() => new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true,
            ["use_regex"] = true };
        var added = Special.Select(JsonNode (token) => new JsonObject
        {
            ["id"] = IdOf(token), ["content"] = token, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false,
            ["normalized"] = false, ["special"] = true,
        });
        var tokenizer = new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. added]),
            ["normalizer"] = new JsonObject { ["type"] = "NFC" },
            ["pre_tokenizer"] = ByteLevel(),
            ["post_processor"] = null,
            ["decoder"] = ByteLevel(),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE", ["dropout"] = null, ["unk_token"] = null, ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false, ["byte_fallback"] = false, ["ignore_merges"] = false,
                ["vocab"] = new JsonObject(Learned.Vocabulary.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id))),
                ["merges"] = new JsonArray([.. Learned.Merges.Select(m => new JsonArray(m.Left, m.Right))]),
            },
        };
        var config = new JsonObject
        {
            ["tokenizer_class"] = "PreTrainedTokenizerFast", ["eos_token"] = EndOfText, ["pad_token"] = EndOfText,
            ["clean_up_tokenization_spaces"] = false, ["model_max_length"] = QuickstartModels.LongestText,
        };
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), tokenizer.ToJsonString(Readable) + "\n");
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), config.ToJsonString(Readable) + "\n");
    }

    private static IEnumerable<string> Pieces()
    {
        IEnumerable<string> words = Sentences.Split(' ').Concat(Vocabulary.Clothes).Concat(Vocabulary.Cells.SelectMany(c => c.Split(' ')))
            .Concat(Enumerable.Range(0, LargestNumber + 1).Select(n => $"{n}"));
        return words.Distinct().Select(w => " " + w).Concat(First);
    }
}
