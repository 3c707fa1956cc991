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

    [Theory]
    [InlineData("imgs")]
    [InlineData("Images")]
    [InlineData("IMAGE")]
    [InlineData("image_")]
    [InlineData("iamge")]
    [InlineData("picture")]
    [InlineData("Pictures")]
    [InlineData("image_path")]
    [InlineData("image-paths")]
    [InlineData("photo")]
    [InlineData("file_name")]
    public void ColumnsOfPicturesByAnotherName_AreRefusedAndNotLost(string column)
    {
        string row = $$"""{"prompt": "?", "{{column}}": "pictures/a.png", "answer": "x"}""";
        DatasetProblem problem = Assert.Single(Dataset.Read(Write(row)).Problems);
        Assert.Contains($"column '{column}' is not read, and the row has no image", problem.Reason);
        Assert.Single(Load(row.Replace("\"pictures/a.png\"", "[]")));
        Assert.Single(Load($$"""{"prompt": "<image>?", "{{column}}": "x", "images": ["pictures/a.png"], "answer": "x"}"""));
    }

    [Theory]
    [InlineData("""{"promt": "?", "answer": "x"}""", "'prompt' is the nearest")]
    [InlineData("""{"query": "?", "answer": "x"}""", "'prompt' is the nearest")]
    [InlineData("""{"prompt": "?", "anwser": "x"}""", "'answer' is the nearest")]
    [InlineData("""{"prompt": "?", "solutions": "x"}""", "'solution' is the nearest")]
    [InlineData("""{"prompt": "?", "Answer": "x"}""", "'answer' is the nearest")]
    [InlineData("""{"prompt": "?", "ground_truth": "x"}""", "'answer' is the nearest")]
    [InlineData("""{"prompt": "?", "answer": "x", "questiontype": "a"}""", "'question_type' is the nearest")]
    [InlineData("""{"prompt": "?", "answer": "x", "teacher_response": []}""", null)]
    [InlineData("""{"prompt": "?", "answer": "x", "teacher_response": [1]}""", "'teacher_responses' is the nearest")]
    [InlineData("""{"prompt": "?", "answer": "x", "ID": 3}""", "'id' is the nearest")]
    [InlineData("""{"prompt": "?", "answer": "x", "label": 3, "question": "y", "hint": "z"}""", null)]
    [InlineData("""{"conversations": [], "image": "pictures/a.png"}""", "LLaVA's (ShareGPT)")]
    [InlineData("""{"messages": [], "solution": "x"}""", "ms-swift's")]
    [InlineData("""{"problem": "?", "answer": "x"}""", "EasyR1's")]
    public void ColumnsByAnotherName_AreRefusedWhereSomethingWouldBeLost(string row, string? reason)
    {
        DatasetReading reading = Dataset.Read(Write(row));
        if (reason is null) Assert.Empty(reading.Problems);
        else Assert.Contains(reason, Assert.Single(reading.Problems).Reason);
    }

    [Fact]
    public void OtherColumns_AreIgnoredAndListedOnce()
    {
        string row = """{"prompt": "?", "answer": "x", "hint": 1, "question": "?"}""";
        Assert.Equal(["hint", "question"], Dataset.Read(Write(row, row)).IgnoredColumns);
    }

    [Fact]
    public void TheSinglePictureOfARow_StandsBeforeItsQuestion()
    {
        Example example = Assert.Single(Load("""{"prompt": "What?", "image": {"path": "pictures/a.png"}, "answer": "x"}"""));
        Assert.Equal([null, "What?"], example.Prompt[0].Content.Select(p => p.Text));
        Assert.Equal("pictures/a.png", example.Images[0].Name);
        Assert.Contains("given twice", Assert.Single(Dataset.Read(Write(
            """{"prompt": "<image>?", "image": "pictures/a.png", "images": ["pictures/a.png"], "answer": "x"}""")).Problems).Reason);
    }

    [Theory]
    [InlineData("72.0", "72")]
    [InlineData("72", "72")]
    [InlineData("7.2e1", "72")]
    [InlineData("1e3", "1000")]
    [InlineData("1.5E-3", "0.0015")]
    [InlineData("-0.50", "-0.5")]
    [InlineData("-0.0", "0")]
    [InlineData("0e9", "0")]
    [InlineData("100", "100")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    [InlineData("12345678901234567890.25", "12345678901234567890.25")]
    [InlineData("1e400000", "1e400000")]
    [InlineData("1e99999999999", "1e99999999999")]
    [InlineData("true", "true")]
    [InlineData("\"72.0\"", "72.0")]
    [InlineData("\" 7\"", " 7")]
    public void NumbersAreReadAsPeopleWriteThem(string json, string text) =>
        Assert.Equal(text, Assert.Single(Load($$"""{"prompt": "?", "answer": {{json}}}""")).Answer);

    [Fact]
    public void AnyNumber_IsTheSameNumberAsText()
    {
        var random = new Random(3);
        for (int i = 0; i < 2000; i++)
        {
            string raw = (random.Next(4) switch
            {
                0 => random.NextInt64(), 1 => Math.ScaleB(random.NextDouble() - 0.5, random.Next(-200, 200)), 2 => random.Next(1000) / 10d,
                _ => random.Next(-9, 9) * Math.Pow(10, random.Next(-20, 20)),
            }).ToString(random.Next(2) == 0 ? "R" : "E17", System.Globalization.CultureInfo.InvariantCulture);
            string text = JsonText.Number(raw);
            Assert.Equal(double.Parse(raw, System.Globalization.CultureInfo.InvariantCulture),
                double.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(text, JsonText.Number(text));
            Assert.DoesNotContain('E', text);
        }
    }

    [Theory]
    [InlineData("""\ud800""", "\uFFFD")]
    [InlineData("""a\udc00b""", "a\uFFFDb")]
    [InlineData("""\ud83d\ude00 \ud83d""", "\U0001F600 \uFFFD")]
    [InlineData("""\n\t\"\\\/\ud800\u0041""", "\n\t\"\\/\uFFFDA")]
    [InlineData("""\ufffe\uffff""", "\uFFFE\uFFFF")]
    [InlineData("""x\u0000""", "x\0")]
    public void EscapesThatAreNoCharacters_AreReadAsTheReplacementCharacter(string escaped, string text)
    {
        Example row = Assert.Single(Load($$"""
            {"id": "{{escaped}}", "prompt": "?{{escaped}}", "answer": "{{escaped}}", "question_type": "{{escaped}}",
             "teacher_responses": [{"teacher": "{{escaped}}", "text": "{{escaped}}"}]}
            """));
        Assert.Equal((text, text, text), (row.Id, row.Answer, row.QuestionType!));
        Assert.Equal("?" + text, row.Prompt[0].Content[0].Text);
        Assert.Equal([new TeacherResponse(text, text)], row.TeacherResponses);
    }

    [Fact]
    public void BytesThatAreNoCharacters_AreReadAsTheReplacementCharacter()
    {
        byte[] row = [.. "{\"prompt\": \"?\", \"answer\": \"a"u8, 0xED, 0xA0, 0x80, 0xFF, .. "b\"}\n"u8];
        File.WriteAllBytes(_folder.File("data", "data.jsonl"), [.. row, .. "{\"\\ud800\": 1, \"prompt\": \"?\", \"answer\": 1}"u8]);
        DatasetReading reading = Dataset.Read(_folder.File("data"));
        Assert.Equal("a\uFFFD\uFFFD\uFFFD\uFFFDb", reading.Examples[0].Answer);
        Assert.All(reading.Problems, p => Assert.Equal("a name in it is not valid Unicode", p.Reason));
        Assert.Equal(2, reading.Rows);
    }

    [Theory]
    [InlineData("<image>?", null, "?")]
    [InlineData(@"\<image>?<image>", "<image>?", null)]
    [InlineData(@"\\<image>?", @"\", null, "?")]
    [InlineData(@"\\\<image>?<image>", @"\<image>?", null)]
    [InlineData(@"a \frac<image>", @"a \frac", null)]
    [InlineData(@"\<image<image>", @"\<image", null)]
    public void ABackslashMakesAMarkerText(string prompt, params string?[] parts) => Assert.Equal(parts, Assert.Single(Load(
        $$"""{"prompt": {{System.Text.Json.JsonSerializer.Serialize(prompt)}}, "images": ["pictures/a.png"], "answer": "x"}"""))
        .Prompt[0].Content.Select(p => p.Text));

    [Fact]
    public void NumbersOfRowsAreIdentifiersUnlessGivenOnes()
    {
        const string Plain = """{"prompt": "?", "answer": "x"}""";
        IReadOnlyList<Example> rows = Dataset.Load(Write(Plain, Plain, """{"id": 1.0, "prompt": "?", "answer": "x"}""",
            """{"id": "row-1", "prompt": "?", "answer": "x"}""", """{"id": "", "prompt": "?", "answer": "x"}"""));
        Assert.Equal(["row-row-1", "2", "1", "row-1", "5"], rows.Select(r => r.Id));
        Assert.Equal([1, 2, 3, 4, 5], rows.Select(r => r.Row));
    }

    [Fact]
    public void Files_AreReadWhateverTheirEndsOfLinesMarksAndLists()
    {
        string[] rows = ["""{"prompt": "é?", "answer": "x"}""", "", """{"prompt": "b?", "answer": "y"}"""];
        string list = $"[{rows[0]},\n {rows[2]}]";
        foreach ((string name, byte[] bytes) in new[]
        {
            ("a.jsonl", Utf8(string.Join("\r\n", rows))), ("a.jsonl", Utf8(string.Join('\r', rows) + '\r')),
            ("a.jsonl", [0xEF, 0xBB, 0xBF, .. Utf8(string.Join('\n', rows) + "\n\n")]),
            ("a.jsonl", [0xFF, 0xFE, .. System.Text.Encoding.Unicode.GetBytes(string.Join("\r\n", rows))]),
            ("a.json", Utf8(list)), ("a.jsonl", [0xEF, 0xBB, 0xBF, .. Utf8("\n " + list)]),
        })
        {
            File.WriteAllBytes(_folder.File("data", name), bytes);
            DatasetReading reading = Dataset.Read(_folder.File("data", name));
            Assert.Empty(reading.Problems);
            Assert.Equal(["é?", "b?"], reading.Examples.Select(e => e.Prompt[0].Content[0].Text));
            Assert.Equal(name == "a.json" || bytes[^1] == ']' ? 2 : 3, reading.Examples[1].Row);
        }
        static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
    }

    [Fact]
    public void LongRows_AreReadWholeAcrossBuffers()
    {
        string[] rows = [.. Enumerable.Range(0, 60)
            .Select(i => $$"""{"prompt": "{{new string('a', i * 7919 % 200_000)}}?", "answer": "{{i}}"}""")];
        IReadOnlyList<Example> read = Dataset.Load(Write(rows));
        Assert.Equal(Enumerable.Range(0, 60).Select(i => ($"{i}", i * 7919 % 200_000 + 1)),
            read.Select(r => (r.Answer, r.Prompt[0].Content[0].Text!.Length)));
    }

    [Fact]
    public void BadRows_CanBeLeftOut()
    {
        DatasetReading reading = Dataset.Read(Write("""{"prompt": "?", "answer": "x"}""", "{}", """{"id": "c", "prompt": "?"}"""));
        Assert.Single(reading.Usable(skipBadRows: true));
        Assert.Contains("row 3 ('c'): answer (or solution) is missing). Correct or remove them, or set skip_bad_rows",
            Assert.Throws<InputException>(() => reading.Usable(skipBadRows: false)).Message);
        DatasetReading none = reading.Without([new DatasetProblem(1, "its picture is damaged")]);
        Assert.Equal((3, 0), (none.Rows, none.Examples.Count));
        Assert.Throws<InputException>(() => none.Usable(skipBadRows: true));
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
        Assert.Contains("2 files of rows (other.jsonl, third.jsonl)",
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
