using System.IO.Compression;
using RIL.Training;
using RIL.Training.Datasets;

namespace RIL.Tests.Training.Datasets;

public sealed class DatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public DatasetTests()
    {
        Directory.CreateDirectory(_folder.File("data", "pictures"));
        File.WriteAllBytes(_folder.File("data", "pictures", "a.png"), [1, 2]);
        File.WriteAllBytes(_folder.File("data", "b#1.png"), [3]);
        File.WriteAllBytes(_folder.File("secret.png"), [9]);
        using ZipArchive zip = ZipFile.Open(_folder.File("data", "p.zip"), ZipArchiveMode.Create);
        using Stream entry = zip.CreateEntry("x/c.png").Open();
        entry.Write([4, 5, 6]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EveryFieldOfARow_IsRead()
    {
        Example example = Assert.Single(Load("""
            {"id": 7, "prompt": [{"role": "system", "content": "Be brief."}, {"role": "user", "content":
                [{"type": "image"}, {"type": "text", "text": "What is <image> ?"}]}],
             "images": ["pictures/a.png"], "answer": 3.5, "question_type": "sum", "data_source": "s",
             "teacher_responses": [{"teacher": "A", "text": "3.5 ."}], "extra": {}}
            """));
        Assert.Equal(("7", "3.5", "sum", "s"), (example.Id, example.Answer, example.QuestionType, example.DataSource));
        Assert.Equal(["system", "user"], example.Prompt.Select(m => m.Role));
        Assert.Equal([null, "What is <image> ?"], example.Prompt[1].Content.Select(p => p.Text));
        Assert.Equal(("pictures/a.png", 2), (example.Images[0].Name, example.Images[0].Read().Length));
        Assert.Equal([new TeacherResponse("A", "3.5 .")], example.TeacherResponses);
    }

    [Fact]
    public void TextPrompts_AreCutAtTheirMarkers()
    {
        Example example = Assert.Single(
            Load("""{"prompt": "<image>Compare with <image>.", "images": ["pictures/a.png", "p.zip#x/c.png"], "solution": "same"}"""));
        Assert.Equal([null, "Compare with ", null, "."], example.Prompt[0].Content.Select(p => p.Text));
        Assert.Equal([4, 5, 6], example.Images[1].Read());
        Assert.Equal("1", example.Id);
    }

    [Fact]
    public void PlainMessages_GetTheirPicturesFirst()
    {
        Example example = Assert.Single(
            Load("""{"prompt": [{"role": "user", "content": "What?"}], "images": ["pictures/a.png"], "answer": "x"}"""));
        Assert.Equal([null, "What?"], example.Prompt[0].Content.Select(p => p.Text));
    }

    [Theory]
    [InlineData("\"data:image/png;base64,AQI=\"", 2)]
    [InlineData("""{"bytes": "AQID"}""", 3)]
    [InlineData("""{"path": "pictures/a.png"}""", 2)]
    [InlineData("\"pictures\\\\a.png\"", 2)]
    [InlineData("\"b#1.png\"", 1)]
    [InlineData("\"p.zip#x/c.png\"", 3)]
    public void Pictures_AreFoundInEveryForm(string entry, int length) =>
        Assert.Equal(length, Assert.Single(Load($$"""{"prompt": "<image>?", "images": [{{entry}}], "answer": "x"}""")).Images[0]
            .Read().Length);

    [Fact]
    public void PicturesInMessageParts_AreFound() => Assert.Equal(2, Assert.Single(Load(
        """{"prompt": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AQI="}}, """
        + """{"type": "text", "text": "?"}]}], "answer": "x"}""")).Images[0].Read().Length);

    [Theory]
    [InlineData("no object", "not a JSON object ('no object' is an invalid JSON literal. Expected the literal 'null', at byte 2)")]
    [InlineData("""{"prompt": "<image>?", "images": ["../secret.png"], "answer": "x"}""", "outside the data set's folder")]
    [InlineData("""{"prompt": "<image>?", "images": ["pictures/../../secret.png"], "answer": "x"}""", "outside the data set's folder")]
    [InlineData("""{"prompt": "<image>?", "images": ["..\\secret.png"], "answer": "x"}""", "outside the data set's folder")]
    [InlineData("""{"prompt": "<image>?", "images": ["/etc/passwd"], "answer": "x"}""", "outside the data set's folder")]
    [InlineData("""{"prompt": "<image>?", "images": ["../x.zip#a.png"], "answer": "x"}""", "outside the data set's folder")]
    [InlineData("""{"prompt": "<image>?", "images": ["https://example.org/a.png"], "answer": "x"}""", "download it")]
    [InlineData("""{"prompt": "<image>?", "images": ["pictures/none.png"], "answer": "x"}""", "'pictures/none.png' is not in")]
    [InlineData("""{"prompt": "<image>?", "images": ["p.zip#none.png"], "answer": "x"}""", "holds no picture 'none.png'")]
    [InlineData("""{"prompt": "<image>?", "images": ["data:image/png;base64,!!"], "answer": "x"}""", "not valid base64")]
    [InlineData("""{"prompt": "<image>?", "images": [3], "answer": "x"}""", "an entry of images is a number")]
    [InlineData("""{"prompt": "<image><image>?", "images": ["pictures/a.png"], "answer": "x"}""", "2 image markers and the row 1 picture")]
    [InlineData("""{"prompt": "?", "images": ["pictures/a.png"], "answer": "x"}""", "0 image markers and the row 1 picture")]
    [InlineData("""{"prompt": "<image>?", "answer": "x"}""", "1 image marker and the row 0 pictures")]
    [InlineData(
        """{"prompt": [{"role": "user", "content": [{"type": "text", "text": "?"}]}], "images": ["pictures/a.png"], "answer": "x"}""",
        "0 image markers")]
    [InlineData("""{"prompt": "?"}""", "answer (or solution) is missing")]
    [InlineData("""{"answer": "x"}""", "prompt is missing")]
    [InlineData("""{"prompt": "", "answer": "x"}""", "prompt is empty")]
    [InlineData("""{"prompt": [], "answer": "x"}""", "prompt is empty")]
    [InlineData("""{"prompt": [{"role": "tool", "content": "?"}], "answer": "x"}""", "role 'tool'")]
    [InlineData("""{"prompt": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "!"}], "answer": "x"}""",
        "of role assistant, expected user")]
    [InlineData("""{"prompt": [{"role": "user", "content": [{"type": "video"}]}], "answer": "x"}""", "type 'video'")]
    [InlineData("""{"prompt": "?", "answer": ["x"]}""", "answer is a list")]
    [InlineData("""{"prompt": "?", "answer": "x", "teacher_responses": [{"teacher": "A"}]}""", "teacher_responses")]
    [InlineData("""["prompt"]""", "it is a list")]
    [InlineData("""{"prompt": """, "not a JSON object")]
    public void BadRows_AreNamedWithTheirReason(string row, string reason)
    {
        DatasetReading reading = Dataset.Read(Write("{\"prompt\": \"?\", \"answer\": \"x\"}", "", row));
        Assert.Single(reading.Examples);
        DatasetProblem problem = Assert.Single(reading.Problems);
        Assert.Equal(3, problem.Row);
        Assert.Contains(reason, problem.Reason);
    }

    [Fact]
    public void Load_SaysHowManyRowsAreBadAndNamesTheFirst()
    {
        string path = Write([.. Enumerable.Repeat("{}", 5), """{"prompt": "?", "answer": "x"}"""]);
        string message = Assert.Throws<InputException>(() => Dataset.Load(path)).Message;
        Assert.Contains("5 of 6 rows", message);
        Assert.Contains("row 3: prompt is missing; and 2 more", message);
    }

    [Fact]
    public void TwiceTheSameId_IsRefused()
    {
        string path = Write("""{"id": "a", "prompt": "?", "answer": "x"}""", """{"id": "a", "prompt": "!", "answer": "y"}""");
        Assert.Contains("row 2: id 'a' is also that of row 1", Assert.Throws<InputException>(() => Dataset.Load(path)).Message);
    }

    [Fact]
    public void EmptyOrMissingDataSets_AreRefused()
    {
        Assert.Contains("no rows", Assert.Throws<InputException>(() => Dataset.Load(Write("", " "))).Message);
        Assert.Contains("no such file", Assert.Throws<InputException>(() => Dataset.Load(_folder.File("nowhere"))).Message);
        Assert.Contains("no data set", Assert.Throws<InputException>(() => Dataset.Load(_folder.File("data", "pictures"))).Message);
    }

    [Fact]
    public void Folders_AreReadByTheirUsualFile()
    {
        Write("""{"prompt": "?", "answer": "x"}""");
        File.WriteAllText(_folder.File("data", "other.jsonl"), "{}");
        Assert.Single(Dataset.Load(_folder.File("data")));
        File.Move(_folder.File("data", "data.jsonl"), _folder.File("data", "third.jsonl"));
        Assert.Contains("2 JSONL files (other.jsonl, third.jsonl)",
            Assert.Throws<InputException>(() => Dataset.Load(_folder.File("data"))).Message);
    }

    [Fact]
    public void HoldOut_PartsTheRowsAndKeepsTheirOrder()
    {
        IReadOnlyList<Example> all = Dataset.Load(Write([.. Enumerable.Repeat("""{"prompt": "?", "answer": "x"}""", 50)]));
        (IReadOnlyList<Example> rest, IReadOnlyList<Example> held) = Dataset.HoldOut(all, 10, seed: 1);
        Assert.Equal(10, held.Count);
        Assert.Equal(all, rest.Concat(held).OrderBy(e => int.Parse(e.Id)));
        Assert.Equal(held, Dataset.HoldOut(all, 10, seed: 1).HeldOut);
        Assert.NotEqual(held, Dataset.HoldOut(all, 10, seed: 2).HeldOut);
    }

    private IReadOnlyList<Example> Load(string row) => Dataset.Load(Write(row.ReplaceLineEndings(" ")));

    private string Write(params string[] rows)
    {
        string path = _folder.File("data", "data.jsonl");
        File.WriteAllLines(path, rows);
        return path;
    }
}
