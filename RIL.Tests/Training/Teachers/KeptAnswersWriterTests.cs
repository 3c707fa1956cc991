using System.IO.Compression;
using System.Text;
using RIL.Training;
using RIL.Training.Teachers;

namespace RIL.Tests.Training.Teachers;

/// <summary>A collection that is ended at any moment goes on, and the file can be read all the while.</summary>
public sealed class KeptAnswersWriterTests
{
    private const string Teacher = "A";

    [Theory, InlineData("answers.jsonl"), InlineData("answers.jsonl.gz")]
    public void AFileCutAtAnyByte_IsGoneOnWith_AndHoldsEveryAnswerOnce(string name)
    {
        using var folder = new TemporaryFolder();
        var flushed = new List<(long Bytes, int Answers)> { (0, 0) };
        string whole = folder.File("whole-" + name), cut = folder.File(name);
        using (var writer = new KeptAnswersWriter(whole, KeptAnswers.IsPacked(name)))
            for (int i = 0; i < 12; i++)
            {
                writer.Write(Teacher, $"{i}", Answer(i));
                if (i % 3 != 2) continue;
                writer.Flush();
                flushed.Add((new FileInfo(whole).Length, i + 1));
            }
        byte[] bytes = File.ReadAllBytes(whole);
        for (int length = 0; length <= bytes.Length; length++)
        {
            File.WriteAllBytes(cut, bytes[..length]);
            KeptAnswers before = KeptAnswers.Load(cut);
            Assert.True(before.Count >= flushed.Last(f => f.Bytes <= length).Answers, $"{length}: an answer that was flushed is lost");
            using (var writer = new KeptAnswersWriter(cut, KeptAnswers.IsPacked(name)))
            {
                // What was read before is there, and readable while it is written.
                Assert.Equal(before.Count, KeptAnswers.Load(cut).Count);
                for (int i = before.Count; i < 12; i++) writer.Write(Teacher, $"{i}", Answer(i));
            }
            KeptAnswers after = KeptAnswers.Load(cut);
            Assert.Equal(12, after.Count);
            for (int i = 0; i < 12; i++) Assert.Equal(Answer(i), Assert.Single(after.Of(Teacher, $"{i}")));
            Assert.Equal(12, Lines(cut).Length); // and other programs read the same
        }
        Assert.Equal([Path.GetFileName(cut), Path.GetFileName(whole)],
            Directory.EnumerateFiles(Path.GetDirectoryName(cut)!).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void AFilePackedByAnotherProgram_AndCutAnywhere_KeepsItsWholeLines()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.jsonl.gz");
        var plain = new StringBuilder();
        for (int i = 0; i < 40; i++)
            plain.Append($"{{\"question\":\"{i}\",\"teacher\":\"A\",\"text\":\"{i * 7919 % 104729:x} é 𐀀\"}}\n");
        byte[] bytes = Packed(plain.ToString());
        for (int length = 0; length <= bytes.Length; length += length > bytes.Length - 12 ? 1 : 7)
        {
            File.WriteAllBytes(path, bytes[..length]);
            int before = KeptAnswers.Load(path).Count;
            using (var writer = new KeptAnswersWriter(path, packed: true)) writer.Write(Teacher, "new", "x");
            Assert.Equal(before + 1, KeptAnswers.Load(path).Count);
            Assert.Equal(before + 1, Lines(path).Length);
        }
    }

    [Fact]
    public void LastBytesThatNeverReachedTheDisk_CostTheLastBatchAlone()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.jsonl.gz");
        long first;
        using (var writer = new KeptAnswersWriter(path, packed: true))
        {
            writer.Write(Teacher, "1", "x");
            writer.Flush();
            first = new FileInfo(path).Length;
            for (int i = 0; i < 50; i++) writer.Write(Teacher, "2", $"{i * 7919}");
        }
        byte[] bytes = File.ReadAllBytes(path);
        bytes.AsSpan((int)first + 40).Clear();
        File.WriteAllBytes(path, bytes);
        using (var writer = new KeptAnswersWriter(path, packed: true)) writer.Write(Teacher, "3", "y");
        KeptAnswers kept = KeptAnswers.Load(path);
        Assert.Equal("x", Assert.Single(kept.Of(Teacher, "1")).Text);
        Assert.Equal("y", Assert.Single(kept.Of(Teacher, "3")).Text);
    }

    [Theory, InlineData("answers.jsonl"), InlineData("answers.jsonl.gz")]
    public void ZerosAtTheEnd_AreCutOff(string name)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File(name);
        using (var writer = new KeptAnswersWriter(path, KeptAnswers.IsPacked(name))) writer.Write(Teacher, "1", "x");
        using (FileStream file = File.Open(path, FileMode.Append)) file.Write(new byte[300]);
        Assert.Equal(1, KeptAnswers.Load(path).Count);
        using (var writer = new KeptAnswersWriter(path, KeptAnswers.IsPacked(name))) writer.Write(Teacher, "2", "y");
        Assert.Equal(2, KeptAnswers.Load(path).Count);
        Assert.Equal(2, Lines(path).Length);
    }

    [Fact]
    public void DamageInTheMiddle_IsRefused_NotCutOff()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.jsonl.gz");
        byte[] unfinished = Packed(string.Concat(Enumerable.Range(0, 60)
            .Select(i => $"{{\"question\":\"{i * 7919}\",\"text\":\"x\"}}\n")));
        File.WriteAllBytes(path, [.. unfinished[..(unfinished.Length / 2)], .. Packed("{\"question\":\"1\",\"text\":\"y\"}\n")]);
        byte[] before = File.ReadAllBytes(path);
        Assert.Contains("damaged", Assert.Throws<InputException>(() => new KeptAnswersWriter(path, packed: true)).Message,
            StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public void AFileThatIsBeingWritten_IsRefused_AndReadByEverybody()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.jsonl");
        using (var writer = new KeptAnswersWriter(path))
        {
            writer.Write(Teacher, "1", "x");
            writer.Flush();
            Assert.Contains("another process is writing", Assert.Throws<InputException>(() => new KeptAnswersWriter(path)).Message,
                StringComparison.Ordinal);
            Assert.Equal(1, KeptAnswers.Load(path).Count);
        }
        using (var writer = new KeptAnswersWriter(path)) writer.Write(Teacher, "2", "y");
        Assert.Equal(2, KeptAnswers.Load(path).Count);
    }

    private static KeptAnswer Answer(int i) => new($"“é” \n 𐀀 {i * 7919 % 104729:x}", i % 4 == 1, i % 2 == 0 ? "greedy" : null);

    private static byte[] Packed(string text)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    private static string[] Lines(string path)
    {
        using Stream file = File.OpenRead(path);
        using var reader = new StreamReader(KeptAnswers.IsPacked(path) ? new GZipStream(file, CompressionMode.Decompress) : file);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
