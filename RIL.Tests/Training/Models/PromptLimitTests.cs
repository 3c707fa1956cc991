using RIL.Training;
using RIL.Training.Datasets;
using RIL.Training.Models;

namespace RIL.Tests.Training.Models;

public sealed class PromptLimitTests(Qwen2_5_VlProcessorTests.Checkpoint checkpoint) : IClassFixture<Qwen2_5_VlProcessorTests.Checkpoint>
{
    private static readonly string Picture = Directory.GetFiles(Path.Combine(Fixtures.Beside("../../Fixtures"), "images"), "*.png")[0];

    private IPromptEncoder Encoder => checkpoint.Family;

    [Fact]
    public void PromptsWithinTheLimit_StayAsTheyAre()
    {
        Example[] rows = [Row(1, "Short?"), Row(2, Words(50))];
        (IReadOnlyList<Example> kept, int cut) = new PromptLimit(rows.Max(Length)).CutLonger(rows, Encoder, "dataset");
        Assert.Equal(rows, kept);
        Assert.Equal(0, cut);
    }

    [Fact]
    public void Cutting_ShortensTextFromItsBeginningAndNeverAPicture()
    {
        var random = new Random(4);
        string[] alphabet = ["word ", "é", "中", "\U0001F600", "\n", "12", " , "];
        for (int i = 0; i < 20; i++)
        {
            string text = string.Concat(Enumerable.Range(0, 150 + i).Select(_ => alphabet[random.Next(alphabet.Length)]));
            Example row = Row(i, text, picture: i % 2 == 0);
            int limit = Length(row) - random.Next(1, 100);
            (IReadOnlyList<Example> rows, int shortened) = new PromptLimit(limit).CutLonger([row], Encoder, "dataset");
            Example cut = Assert.Single(rows);
            Assert.InRange(Length(cut), limit - 12, limit);
            Assert.Equal(1, shortened);
            Assert.Equal(row.Prompt[0], cut.Prompt[0]); // what the system says
            Assert.Equal(row.Prompt[1].Content.Count(p => p.IsImage), cut.Prompt[1].Content.Count(p => p.IsImage));
            string rest = cut.Prompt[1].Content.Single(p => !p.IsImage).Text!;
            Assert.EndsWith(rest, text);
            Assert.False(char.IsLowSurrogate(rest[0]));
        }
    }

    [Fact]
    public void PicturesThatAloneAreTooLong_AreRefusedWhereTextIsCut() => Assert.Contains("even without their text",
        Assert.Throws<InputException>(() => new PromptLimit(6)
            .CutLonger([Row(1, "What is it?", picture: true)], Encoder, "dataset")).Message);

    private int Length(Example row) => Encoder.Encode(row.Prompt, row.Images, "row").TokenIds.Length;

    private static string Words(int count) => string.Join(' ', Enumerable.Repeat("word", count));

    private static Example Row(int id, string text, bool picture = false) => new($"{id}",
        [
            new ChatMessage("system", [new ContentPart("Be brief.")]),
            new ChatMessage("user", picture ? [new ContentPart(Text: null), new ContentPart(text)] : [new ContentPart(text)]),
        ],
        picture ? [new PictureSource("p.png", () => File.ReadAllBytes(Picture))] : [], "x", null, null, []) { Row = id };
}
