using RIL.Training.Datasets;
using RIL.Training.Models;
using RIL.Training.Quickstart;
using RIL.Training.Tokenizers;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Quickstart;

public sealed class QuickstartModelsTests
{
    [Fact]
    public void EveryWordOfTheExample_IsOneToken()
    {
        using var folder = new TemporaryFolder();
        QuickstartTokenizer.Write(folder.Path);
        ByteLevelTokenizer tokenizer = ByteLevelTokenizer.Load(folder.Path);
        Assert.Equal(QuickstartTokenizer.Size, tokenizer.VocabularySize);
        for (int i = 0; i < 800; i++)
        {
            Question question = QuickstartData.Make("rl", 0, i).Question;
            foreach (string text in new[] { question.Text, $"{question.Text} {Vocabulary.Explain}", question.ShortForm,
                question.LongForm })
            {
                int[] ids = tokenizer.Encode(text);
                Assert.Equal(text.Split(' ').Length, ids.Length);
                Assert.Equal(text, tokenizer.Decode(ids));
            }
        }
    }

    [Fact]
    public void OtherText_StillRoundTrips()
    {
        using var folder = new TemporaryFolder();
        QuickstartTokenizer.Write(folder.Path);
        ByteLevelTokenizer tokenizer = ByteLevelTokenizer.Load(folder.Path);
        const string Text = "Où est la bôite ? 12345 <|im_end|> 𝐀";
        Assert.Equal(Text, tokenizer.Decode(tokenizer.Encode(Text)));
    }

    [Theory]
    [InlineData(true, 0.55e6, 0.75e6)]
    [InlineData(false, 2.8e6, 3.4e6)]
    public void AModelFolder_MakesAModelThatReadsTheExample(bool student, double least, double most)
    {
        using var folder = new TemporaryFolder();
        QuickstartModels.WriteFolder(student ? QuickstartSize.Student : QuickstartSize.Teacher, folder.Path);
        using VisionLanguageModel model = ModelCatalog.Create(folder.File("config.json"), 1, CPU);
        IPromptEncoder encoder = ModelCatalog.LoadPromptEncoder(folder.Path);
        Assert.InRange(model.Weights.Sum(w => w.Count), least, most);
        Example row = QuickstartData.Load("rl", 0, 1)[0];
        EncodedPrompt prompt = encoder.Encode(row.Prompt, row.Images, row.Id);
        Assert.Equal(4 + 2 + 7 + 1, prompt.TokenIds.Length); // a token a cell, two markers, "what is at the top left ?", a newline
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor hidden = model.Hidden(new PackedBatch([new PromptWithCompletions(prompt, [encoder.EncodeCompletion("answer : bag .")])]));
        Assert.Equal([14 + 4, model.HiddenSize], hidden.shape);
    }
}
