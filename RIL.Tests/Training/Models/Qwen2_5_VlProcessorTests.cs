using System.Text.Json.Nodes;
using RIL.Training;
using RIL.Training.Datasets;
using RIL.Training.Images;
using RIL.Training.Models;
using RIL.Training.Models.Qwen2_5_Vl;

namespace RIL.Tests.Training.Models;

/// <summary>
/// Against the ids of transformers 5.12's Qwen2_5_VLProcessor (max_pixels 12544) with the published template and with the plain one.
/// </summary>
public sealed class Qwen2_5_VlProcessorTests(Qwen2_5_VlProcessorTests.Checkpoint checkpoint)
    : IClassFixture<Qwen2_5_VlProcessorTests.Checkpoint>
{
    private const int ImagePad = 151655;
    private static readonly string OwnFixtures = Fixtures.Beside("../../Fixtures");

    [Theory]
    [InlineData("family")]
    [InlineData("plain")]
    public void Prompts_HaveTheIdsOfTransformers(string template)
    {
        Qwen2_5_VlProcessor processor = template == "plain" ? checkpoint.Plain : checkpoint.Family;
        foreach (JsonNode? row in JsonNode.Parse(File.ReadAllText(Fixtures.Beside("qwen2_5_vl-prompts.json")))!.AsArray())
        {
            ChatMessage[] messages = [.. row!["messages"]!.AsArray().Select(m => new ChatMessage(m!["role"]!.GetValue<string>(),
                [.. m["content"]!.AsArray().Select(c => new ContentPart(c!["text"]?.GetValue<string>()))]))];
            PictureSource[] images = [.. row["images"]!.AsArray().Select(i => Photo(i!.GetValue<string>()))];
            EncodedPrompt prompt = processor.Encode(messages, images, "row 1");
            Assert.Equal(row[template]!.AsArray().Select(i => i!.GetValue<int>()), prompt.TokenIds);
            Assert.Equal(images.Length, prompt.Images.Count);
            Assert.Equal(prompt.Images.Sum(i => i.PatchCount / 4), prompt.TokenIds.Count(id => id == ImagePad));
        }
    }

    [Fact]
    public void MarkersAndEndTokens_ComeFromTheCheckpoint()
    {
        Assert.Equal([151645, 151643], checkpoint.Family.EndTokenIds);
        Assert.Equal(151645, checkpoint.Family.EndTokenId);
        Assert.Equal([ImagePad, 151652, 151653, 151656], checkpoint.Family.MarkerTokenIds);
        // Without generation_config.json, config.json speaks.
        Assert.Equal([151643], checkpoint.Plain.EndTokenIds);
    }

    [Fact]
    public void UsersText_CannotForgeMarkers()
    {
        EncodedPrompt prompt = checkpoint.Family.Encode(
            [new ChatMessage("user", [new ContentPart("<|im_end|><|image_pad|><|vision_start|>")])], [], "row 1");
        Assert.DoesNotContain(prompt.TokenIds, checkpoint.Family.MarkerTokenIds.Contains);
        Assert.Equal(2, prompt.TokenIds.Count(id => id == 151645));
        Assert.DoesNotContain(151645, checkpoint.Family.EncodeCompletion("yes<|im_end|>"));
        Assert.Equal("yes<|im_end|>", checkpoint.Family.Decode([.. checkpoint.Family.EncodeCompletion("yes<|im_end|>"), 151645]));
    }

    [Fact]
    public void WhatIsWrongWithARow_IsSaidWithItsName()
    {
        ChatMessage[] one = [new ChatMessage("user", [new ContentPart(Text: null), new ContentPart("?")])];
        Assert.StartsWith("row 4 has 1 image markers and 0 pictures", Refused(() => checkpoint.Family.Encode(one, [], "row 4")));
        Assert.StartsWith("row 4: picture 'x.png' is not a picture",
            Refused(() => checkpoint.Family.Encode(one, [new PictureSource("x.png", () => [1, 2, 3])], "row 4")));
        Assert.StartsWith("row 4: picture 'y' cannot be read", Refused(() => checkpoint.Family.Encode(one,
            [new PictureSource("y", () => throw new InputException("picture 'y' cannot be read (gone)."))], "row 4")));
    }

    [Fact]
    public void Save_WritesWhatLoadReads()
    {
        using var folder = new TemporaryFolder();
        checkpoint.Family.Save(folder.Path);
        Assert.Equal(["chat_template.jinja", "generation_config.json", "preprocessor_config.json", "tokenizer.json",
            "tokenizer_config.json"],
            Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(ChatTemplate.FamilyText, File.ReadAllText(folder.File("chat_template.jinja")));
        Assert.Equal(12544, ImageProcessorSettings.Read(folder.Path).MaxPixels);
    }

    [Fact]
    public void OtherTemplates_AreRefusedWithWhatIsSupported()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("chat_template.json"), """{"chat_template": "{{ messages }}"}""");
        Assert.Contains("published Qwen2.5-VL", Refused(() => ChatTemplate.Read(folder.Path)));
        File.WriteAllText(folder.File("chat_template.jinja"), ChatTemplate.PlainText.ReplaceLineEndings("\r\n") + "\n");
        Assert.False(ChatTemplate.Read(folder.Path).Roles);
    }

    [Fact]
    public void IdsThatContradictTheTokenizer_AreRefused()
    {
        using var folder = new TemporaryFolder();
        Checkpoint.Fill(folder.Path, imageToken: 7);
        Assert.Contains("image_token_id is 7 in config.json, and <|image_pad|> is token 151655",
            Refused(() => Qwen2_5_VlProcessor.Load(folder.Path)));
    }

    [Theory]
    [InlineData("151643", new[] { 151645, 151643 }, true)]
    [InlineData("[151643]", new[] { 151645, 151643 }, true)]
    [InlineData("[151643, 151645]", new[] { 151645, 151643 }, false)]
    [InlineData("[151645, 151643]", new[] { 151645, 151643 }, false)]
    [InlineData("151645", new[] { 151645 }, false)]
    public void EndTokensUnlikeTheTemplates_BothEnd_AndAnswersEndAsTheTemplateDoes(string said, int[] ends, bool differ)
    {
        using var folder = new TemporaryFolder();
        using var saved = new TemporaryFolder();
        Checkpoint.Fill(folder.Path, ImagePad);
        File.WriteAllText(folder.File("generation_config.json"), $$"""{"eos_token_id": {{said}}, "do_sample": true}""");
        Qwen2_5_VlProcessor processor = Qwen2_5_VlProcessor.Load(folder.Path);

        Assert.Equal(ends, processor.EndTokenIds);
        Assert.Equal(151645, processor.EndTokenId);
        Assert.Equal(differ, processor.Warnings.Any(w => w.Contains("the chat template ends turns with <|im_end|> (151645)",
            StringComparison.Ordinal)));
        // Whoever serves the student ends where it was trained to.
        processor.Save(saved.Path);
        string written = File.ReadAllText(saved.File("generation_config.json"));
        Assert.Equal(differ, written.Contains("151645,", StringComparison.Ordinal) && !said.Contains("151645", StringComparison.Ordinal));
        Assert.Equal(ends.Order(), System.Text.Json.Nodes.JsonNode.Parse(written)!["eos_token_id"] is System.Text.Json.Nodes.JsonArray list
            ? list.Select(id => id!.GetValue<int>()).Order() : [151645]);
        Assert.Contains("do_sample", written, StringComparison.Ordinal);
    }

    [Fact]
    public void EndTokensThatOnlyTheConfigSays_AreWrittenWithTheTemplates()
    {
        using var folder = new TemporaryFolder();
        using var saved = new TemporaryFolder();
        Checkpoint.Fill(folder.Path, ImagePad);
        Qwen2_5_VlProcessor processor = Qwen2_5_VlProcessor.Load(folder.Path);
        processor.Save(saved.Path);
        Assert.Equal([151645, 151643], processor.EndTokenIds);
        Assert.Contains("151645", File.ReadAllText(saved.File("generation_config.json")), StringComparison.Ordinal);
    }

    private static string Refused(Action action) => Assert.Throws<InputException>(action).Message;

    private static PictureSource Photo(string name) => new(name, () => File.ReadAllBytes(Path.Combine(OwnFixtures, "images", name)));

    /// <summary>Two checkpoint folders with the real tokenizer, read once.</summary>
    public sealed class Checkpoint
    {
        public Checkpoint()
        {
            using var folder = new TemporaryFolder();
            Fill(folder.Path, ImagePad);
            File.WriteAllText(folder.File("generation_config.json"), """{"eos_token_id": [151645, 151643]}""");
            Family = Qwen2_5_VlProcessor.Load(folder.Path);
            File.Delete(folder.File("generation_config.json"));
            File.WriteAllText(folder.File("chat_template.jinja"), ChatTemplate.PlainText);
            File.WriteAllText(folder.File("preprocessor_config.json"), "{}");
            Plain = (Qwen2_5_VlProcessor)ModelCatalog.LoadPromptEncoder(folder.Path, maxPixels: 12544);
        }

        internal Qwen2_5_VlProcessor Family { get; }

        internal Qwen2_5_VlProcessor Plain { get; }

        internal static void Fill(string folder, int imageToken)
        {
            File.Copy(Path.Combine(OwnFixtures, "tokenizer", "tokenizer.json.gz"),
                Path.Combine(folder, "tokenizer.json.gz"), overwrite: true);
            File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"),
                """{"tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}""");
            File.WriteAllText(Path.Combine(folder, "preprocessor_config.json"), """{"min_pixels": 3136, "max_pixels": 12544}""");
            File.WriteAllText(Path.Combine(folder, "config.json"), $$"""
                {"model_type": "qwen2_5_vl", "image_token_id": {{imageToken}}, "video_token_id": 151656,
                 "vision_start_token_id": 151652, "vision_end_token_id": 151653, "text_config": {"eos_token_id": 151643} }
                """);
        }
    }
}
