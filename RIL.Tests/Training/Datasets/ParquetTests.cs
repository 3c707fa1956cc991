using RIL.Training;
using RIL.Training.Datasets;
using RIL.Training.Images;

namespace RIL.Tests.Training.Datasets;

/// <summary>The files are written by Hugging Face datasets and pyarrow (parquet/make.py).</summary>
public sealed class ParquetTests
{
    private static readonly string Files = Fixtures.Beside("parquet");

    [Fact]
    public void FilesOfHuggingFace_AreReadOverAllRowGroups()
    {
        DatasetReading reading = Read("trl");
        Assert.Empty(reading.Problems);
        Assert.Empty(reading.IgnoredColumns);
        Assert.Equal((7, 6), (reading.Rows, reading.RowsWithPictures));
        for (int i = 0; i < 7; i++)
        {
            Example row = reading.Examples[i];
            Assert.Equal((i + 1, $"q{i}", $"a{i}", i % 2 == 0 ? "even" : null), (row.Row, row.Id, row.Answer, row.QuestionType));
            Assert.Equal(["system", "user"], row.Prompt.Select(m => m.Role));
            Assert.Equal(i == 3 ? ["No picture"] : [null, $"What is {i}?"], row.Prompt[1].Content.Select(p => p.Text));
            Assert.Equal(i == 5 ? [] : [new TeacherResponse("A", $"é {i}"), new TeacherResponse("B", "𝄞")], row.TeacherResponses);
            if (i != 3) Assert.Equal([(byte)i, (byte)(2 * i), (byte)(3 * i)], FirstPixel(row));
        }
    }

    [Fact]
    public void TheSingleColumnImage_IsRead()
    {
        DatasetReading reading = Read("single");
        Assert.Equal(["0", "1000000000000000", "2000000000000000", "3000000000000000"], reading.Examples.Select(e => e.Answer));
        Assert.Equal([(byte)9, (byte)9, (byte)3], FirstPixel(reading.Examples[3]));
    }

    [Fact]
    public void RowsOfVerl_AreRead()
    {
        DatasetReading reading = Read("verl");
        Assert.Equal(["ability", "extra_info"], reading.IgnoredColumns);
        Assert.Equal(["0", "1", "2", "3", "4"], reading.Examples.Select(e => e.Answer));
        Assert.All(reading.Examples, e => Assert.Equal("geo3k", e.DataSource));
        Assert.Equal([null, "\nFind x4."], reading.Examples[4].Prompt[0].Content.Select(p => p.Text));
        Assert.Equal([(byte)4, (byte)0, (byte)0], FirstPixel(reading.Examples[4]));
    }

    [Fact]
    public void NestedPartsAndBareBytes_AreRead()
    {
        DatasetReading reading = Read("parts");
        Assert.Equal(["72", "0.5"], reading.Examples.Select(e => e.Answer));
        Assert.Equal([null, "Parts?"], reading.Examples[0].Prompt[0].Content.Select(p => p.Text));
        Assert.Equal([(byte)1, (byte)2, (byte)3], FirstPixel(reading.Examples[0]));
        Assert.Empty(reading.Examples[1].Images);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("snappy")]
    [InlineData("gzip")]
    [InlineData("brotli")]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public void EveryCompression_IsRead(string compression) => Assert.Equal(
        Enumerable.Range(0, 40).Select(i => ($"What {i % 5}?", $"yes {i % 3}")),
        Read(compression).Examples.Select(e => (e.Prompt[0].Content[0].Text!, e.Answer)));

    [Theory]
    [InlineData("int8", "-5")]
    [InlineData("uint64", "18446744073709551615")]
    [InlineData("float32", "0.1")]
    [InlineData("float64", "1000")]
    [InlineData("decimal", "1.5")]
    [InlineData("bool", "true")]
    [InlineData("date", "1971-01-02")]
    [InlineData("null", null)]
    public void EveryKindOfValue_IsReadAndNothingIsMissing(string kind, string? answer)
    {
        DatasetReading reading = Read($"answer-{kind}");
        Assert.Equal(answer is null ? [] : [answer], reading.Examples.Select(e => e.Answer));
        Assert.All(reading.Problems, p => Assert.Equal("answer (or solution) is missing", p.Reason));
        Assert.Equal(2, reading.Rows);
    }

    [Fact]
    public void ColumnsThatMeanNothing_AreListedOnce() => Assert.Equal(["map", "tags"], Read("nested").IgnoredColumns);

    [Theory]
    [InlineData("pages2", "data_page_version=\"1.0\"")]
    [InlineData("half", "float32")]
    public void WhatTheLibraryCannotRead_IsSaid(string file, string hint) =>
        Assert.Contains(hint, Assert.Throws<InputException>(() => Read(file)).Message);

    [Fact]
    public void DamagedFiles_AreRefusedWithASentence()
    {
        using var folder = new TemporaryFolder();
        byte[] good = File.ReadAllBytes(Path.Combine(Files, "trl.parquet"));
        var random = new Random(1);
        for (int i = 0; i < 60; i++)
        {
            byte[] bad = i < 10 ? good[..(good.Length * i / 10)] : [.. good];
            for (int flips = i < 10 ? 0 : 1 + i; flips > 0; flips--) bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(folder.File("data.parquet"), bad);
            try
            {
                Dataset.Read(folder.Path);
            }
            catch (InputException e)
            {
                Assert.Contains("data.parquet", e.Message);
            }
        }
    }

    [Fact]
    public void ShardsInAFolder_AreOneDataSet()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("data"));
        foreach ((string from, string to) in new[] { ("none", "train-00000-of-00002"), ("zstd", "train-00001-of-00002"),
            ("verl", "test-00000-of-00001") })
            File.Copy(Path.Combine(Files, from + ".parquet"), folder.File("data", to + ".parquet"));
        IReadOnlyList<Example> rows = Dataset.Load(folder.Path);
        Assert.Equal(Enumerable.Range(1, 80).Select(i => $"{i}"), rows.Select(r => r.Id));
        File.Delete(folder.File("data", "train-00000-of-00002.parquet"));
        Assert.Contains("1 of 2 files of the split train", Assert.Throws<InputException>(() => Dataset.Load(folder.Path)).Message);
    }

    private static DatasetReading Read(string name) => Dataset.Read(Path.Combine(Files, name + ".parquet"));

    private static byte[] FirstPixel(Example row) => PictureDecoder.Decode(row.Images[0].Read(), "p").Pixels[..3];
}
