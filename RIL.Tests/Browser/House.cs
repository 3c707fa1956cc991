using System.IO.Compression;
using System.Text.Json;
using RIL.Training.Quickstart;

namespace RIL.Tests.Browser;

/// <summary>What people bring along: questions about pictures of their own in a zip, and a teacher's answers to them.</summary>
internal static class House
{
    /// <summary>The right answer to every question.</summary>
    public const string Right = "4";

    public static string Id(int i) => $"house-{i}";

    /// <summary>What the teacher answers.</summary>
    public static string Said(int i) => $"in house {i} there are four . answer : {Right} .";

    public static string Row(int i) => JsonSerializer.Serialize(new
    {
        id = Id(i), prompt = new[] { new { role = "user", content = new object[] { new { type = "image" }, new { type = "text", text = $"how many pictures are in house {i} ?" } } } },
        images = new[] { $"images/{i}.png" }, answer = Right, question_type = i % 2 == 0 ? "even" : "odd",
    });

    public static byte[] Picture(int i) => QuickstartData.Load($"quickstart:rl:0:{i}")[^1].Images[0].Read();

    /// <summary>Packs rows with their pictures (null = it is missing) and gives the file.</summary>
    public static string Zip(string file, string[] rows, Func<int, byte[]?> picture)
    {
        using ZipArchive zip = ZipFile.Open(file, ZipArchiveMode.Create);
        using (var writer = new StreamWriter(zip.CreateEntry("house/rows.jsonl").Open())) foreach (string row in rows) writer.WriteLine(row);
        for (int i = 1; i <= rows.Length; i++)
        {
            if (picture(i) is not { } bytes) continue;
            using Stream stream = zip.CreateEntry($"house/images/{i}.png").Open();
            stream.Write(bytes);
        }
        return file;
    }

    /// <summary>The teacher's answers to the first questions, a line each.</summary>
    public static string[] Answers(int questions) => [.. Enumerable.Range(1, questions).Select(i => JsonSerializer.Serialize(new { question_id = Id(i), text = Said(i) }))];
}
