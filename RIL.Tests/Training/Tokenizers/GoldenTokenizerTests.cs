using System.Text.Json;
using RIL.Training.Tokenizers;

namespace RIL.Tests.Training.Tokenizers;

public sealed class GoldenTokenizerTests
{
    private static readonly Lazy<ByteLevelTokenizer> Tokenizer = new(() => ByteLevelTokenizer.Load(
        // Sets that only bring other strings mean the same tokenizer.
        Directory.GetFiles(Fixtures.Path("tokenizer"), "tokenizer.json*").Length > 0 ? Fixtures.Path("tokenizer")
            : Fixtures.Beside("../../Fixtures/tokenizer")));

    [Fact]
    public void Encode_GivesTheIdsOfHuggingFace() =>
        ForEachCase((text, ids, _) => Assert.Equal(ids, Tokenizer.Value.Encode(text, allowSpecial: true)));

    [Fact]
    public void Decode_GivesTheTextOfHuggingFace() => ForEachCase((_, ids, decoded) => Assert.Equal(decoded, Tokenizer.Value.Decode(ids)));

    private static void ForEachCase(Action<string, int[], string> check)
    {
        int cases = 0;
        foreach (string line in File.ReadLines(Fixtures.Path("tokenizer", "cases.jsonl")))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement root = json.RootElement;
            check(root.GetProperty("text").GetString()!, [.. root.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32())],
                root.GetProperty("decoded").GetString()!);
            cases++;
        }
        Assert.True(cases > 100, $"only {cases} cases");
    }
}
