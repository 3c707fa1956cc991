using System.Text.Json;
using System.Text.Json.Nodes;
using RIL.Training;
using RIL.Training.Tokenizers;

namespace RIL.Tests.Training.Tokenizers;

/// <summary>
/// On a 325-token tokenizer and 150 strings whose ids come from Hugging Face's tokenizers 0.22 (added tokens of every kind, special tokens
/// allowed in every other).
/// </summary>
public sealed class ByteLevelTokenizerTests
{
    private static readonly string TokenizerFile = Fixtures.Beside("added-tokens.json");

    [Fact]
    public void AddedTokens_AreFoundAsHuggingFaceFindsThem()
    {
        ByteLevelTokenizer tokenizer = ByteLevelTokenizer.Load(TokenizerFile);
        foreach (string line in File.ReadLines(Fixtures.Beside("added-tokens.cases.jsonl")))
        {
            JsonNode row = JsonNode.Parse(line)!;
            int[] ids = row["ids"].Deserialize<int[]>()!;
            Assert.Equal(ids, tokenizer.Encode(row["text"]!.GetValue<string>(), row["allow_special"]!.GetValue<bool>()));
            Assert.Equal(row["decoded"]!.GetValue<string>(), tokenizer.Decode(ids));
            Assert.Equal(row["skipped"]!.GetValue<string>(), tokenizer.Decode(ids, skipSpecial: true));
        }
    }

    [Fact]
    public void Text_CannotInjectASpecialToken()
    {
        ByteLevelTokenizer tokenizer = ByteLevelTokenizer.Load(TokenizerFile);
        int[] ids = tokenizer.Encode("a<|image_pad|><|endoftext|>b");
        Assert.DoesNotContain(ids, tokenizer.IsSpecial);
        Assert.Equal("a<|image_pad|><|endoftext|>b", tokenizer.Decode(ids, skipSpecial: true));
        Assert.Contains(tokenizer.IdOf("<|image_pad|>")!.Value, tokenizer.Encode("a<|image_pad|>", allowSpecial: true));
    }

    [Theory]
    [InlineData("half \uD83D a pair")]
    [InlineData("\uDE00")]
    public void HalvesOfSurrogatePairs_BecomeReplacementCharacters(string text)
    {
        ByteLevelTokenizer tokenizer = ByteLevelTokenizer.Load(TokenizerFile);
        Assert.Equal(string.Concat(text.EnumerateRunes()), tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void LongPieces_MergeAsShortOnesDo()
    {
        ByteLevelTokenizer tokenizer = ByteLevelTokenizer.Load(TokenizerFile);
        // Without blanks this is one piece, longer than those that are scanned.
        string word = string.Concat(Enumerable.Repeat("thepictureshowsacoat", 5));
        Assert.Equal(word, tokenizer.Decode(tokenizer.Encode(word)));
        Assert.True(tokenizer.Encode(word).Length < word.Length * 3 / 4);
    }

    [Fact]
    public void IdsWithoutToken_DecodeToNothing() => Assert.Equal("", ByteLevelTokenizer.Load(TokenizerFile).Decode([-1, 100_000]));

    [Fact]
    public void Save_WritesWhatWasRead()
    {
        using var folder = new TemporaryFolder();
        ByteLevelTokenizer.Load(TokenizerFile).Save(folder.Path);
        Assert.Equal(File.ReadAllBytes(TokenizerFile), File.ReadAllBytes(folder.File("tokenizer.json")));
    }

    [Theory]
    [InlineData("$.model.type", "\"Unigram\"", "model type 'Unigram'")]
    [InlineData("$.normalizer", """{"type":"Lowercase"}""", "normalizer 'Lowercase'")]
    [InlineData("$.pre_tokenizer", """{"type":"Metaspace"}""", "pre_tokenizer 'Metaspace'")]
    [InlineData("$.pre_tokenizer", "null", "without ByteLevel")]
    [InlineData("$.post_processor", """{"type":"TemplateProcessing"}""", "post_processor 'TemplateProcessing'")]
    [InlineData("$.model.merges", """[["Q","notthere"]]""", "notthere")]
    [InlineData("$.model", "null", "cannot be read")]
    public void WhatIsNotSupported_IsRefusedByName(string path, string value, string named)
    {
        using var folder = new TemporaryFolder();
        JsonObject root = JsonNode.Parse(File.ReadAllText(TokenizerFile))!.AsObject();
        string[] keys = path.Split('.')[1..];
        (keys.Length == 1 ? root : root[keys[0]]!.AsObject())[keys[^1]] = JsonNode.Parse(value);
        File.WriteAllText(folder.File("tokenizer.json"), root.ToJsonString());
        Assert.Contains(named, Assert.Throws<InputException>(() => ByteLevelTokenizer.Load(folder.Path)).Message);
    }
}
