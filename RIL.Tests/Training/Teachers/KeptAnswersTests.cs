using RIL.Training;
using RIL.Training.Datasets;
using RIL.Training.Teachers;

namespace RIL.Tests.Training.Teachers;

public sealed class KeptAnswersTests
{
    [Theory]
    [InlineData("answers.jsonl")]
    [InlineData("answers.jsonl.gz")]
    public void SavedAnswers_ReadBackTheSame(string name)
    {
        using var folder = new TemporaryFolder();
        var kept = new KeptAnswers();
        kept.Add("A", "1", "answer : 3 .");
        kept.Add("B", "1", "“é” \n 𝐀");
        kept.Add("A", "2", "");
        kept.Add("A", "1", "answer : 4 .");
        kept.Save(folder.File(name));
        KeptAnswers read = KeptAnswers.Load(folder.File(name));
        Assert.Equal(["A", "B"], read.Teachers);
        Assert.Equal(["answer : 3 .", "answer : 4 ."], read.Of("A", "1").Select(a => a.Text));
        Assert.Equal(["“é” \n 𝐀"], read.Of("B", "1").Select(a => a.Text));
        Assert.Equal(4, read.Count);
        Assert.Equal(1, KeptAnswers.Load(folder.File(name), "B").Count);
    }

    [Fact]
    public void AQuestionWithoutAnAnswer_IsNamed()
    {
        var kept = new KeptAnswers();
        kept.Add("A", "1", "x");
        string message = Assert.Throws<InputException>(() => kept.Check([Question("1"), Question("two")], ["A"], "answers.jsonl")).Message;
        Assert.Contains("'two'", message, StringComparison.Ordinal);
        Assert.Contains("1 of 2", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"question\": \"1\", \"teacher\": \"A\"}", "text")]
    [InlineData("{\"question\": ", "line 1")]
    public void ALineThatCannotBeUsed_IsNamed(string line, string named)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a.jsonl"), line + "\n");
        Assert.Contains(named, Assert.Throws<InputException>(() => KeptAnswers.Load(folder.File("a.jsonl"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AWriterThatGoesOn_WritesOverAHalfLine()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a.jsonl"), "{\"question\":\"1\",\"teacher\":\"A\",\"text\":\"x\"}\n{\"question\":\"2\",\"tea");
        using (var writer = new KeptAnswersWriter(folder.File("a.jsonl"))) writer.Write("A", "2", "y");
        KeptAnswers kept = KeptAnswers.Load(folder.File("a.jsonl"));
        Assert.Equal(2, kept.Count);
        Assert.Equal(["y"], kept.Of("A", "2").Select(a => a.Text));
    }

    private static Example Question(string id) => new(id, [], [], "", null, null, []);
}
