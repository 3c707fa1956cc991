using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace RIL.Tests.Web.Rest;

/// <summary>What people upload is taken in row by row or refused with a sentence; nothing of what a file says about itself is believed.</summary>
public sealed class UploadTests(SiteFixture site)
{
    private static readonly byte[] Good = Encoding.UTF8.GetBytes(Upload.Row("a"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, byte[]> BadZips => new()
    {
        { "climbs out of its folder", Upload.Zip(("../rows.jsonl", Good)) },
        { "climbs out of its folder", Upload.Zip(("rows.jsonl", Good), ("pictures\\..\\..\\a.png", Upload.Picture)) },
        { "an absolute path", Upload.Zip(("/rows.jsonl", Good)) },
        { "an absolute path", Upload.Zip(("rows.jsonl", Good), ("C:\\a.png", Upload.Picture)) },
        { "no plain relative name", Upload.Zip(("rows.jsonl", Good), ("./a.png", Upload.Picture)) },
        { "a link or a device", Upload.Zip(("rows.jsonl", Good), ("a.link", "/etc/passwd"u8.ToArray())) },
        { "take for one file", Upload.Zip(("rows.jsonl", Good), ("a.png", Upload.Picture), ("A.PNG", Upload.Picture)) },
        { "both as a file and as a folder", Upload.Zip(("rows.jsonl", Good), ("a.png", Upload.Picture), ("a.png/b.png", Upload.Picture)) },
        { "another zip", Upload.Zip(("rows.jsonl", Good), ("more.zip", Upload.Picture)) },
        { "holds no rows", Upload.Zip(("a.png", Upload.Picture)) },
        { "2 JSONL files", Upload.Zip(("one.jsonl", Good), ("two.jsonl", Good)) },
        { "looks like a bomb", Upload.Zip(("rows.jsonl", new byte[4 << 20])) },
        { "cannot be opened as a zip", Upload.Zip(("rows.jsonl", Good))[..60] },
        { "neither a zip nor JSONL", "GIF89a"u8.ToArray() },
        { "is empty", [] },
    };

    [Theory]
    [MemberData(nameof(BadZips))]
    public async Task AZipThatIsUnsafeOrUseless_IsRefusedWithASentence(string expected, byte[] file)
    {
        (HttpStatusCode status, JsonObject problem) = await Upload.Send(site.Member, "datasets", file);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains(expected, (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task LimitsOfUploads_AreThoseOfTheSettings()
    {
        await using OwnSite own = await OwnSite.Start("Uploads:LargestUpload=200000", "Uploads:LargestUnpacked=20000", "Uploads:MostFiles=3", "Uploads:LargestPicture=1000", "Uploads:LongestRow=5000");
        byte[] picture = new byte[2000];
        foreach ((string expected, string path, byte[] file) in ((string, string, byte[])[])
        [
            ("at most 3 are accepted", "datasets", Upload.Zip(("rows.jsonl", Good), ("a.png", Upload.Picture), ("b.png", Upload.Picture), ("c.png", Upload.Picture))),
            ("more than 19.5", "datasets", Upload.Zip(("rows.jsonl", Good), ("a.txt", new byte[20_000]))),
            ("the limit for a picture", "datasets", Upload.Zip(("rows.jsonl", Good), ("a.png", picture))),
            ("files and folders; at most 3", "datasets", Upload.Zip([("rows.jsonl", Good), .. Enumerable.Range(0, 1100).Select(i => ($"__MACOSX/{i}", Array.Empty<byte>()))])),
            ("Line 2 has more than 4.9", "datasets", Upload.Rows(Upload.Row("a"), Upload.Row(new string('b', 5000)))),
            ("Line 2 has more than 4.9", "datasets", Encoding.UTF8.GetBytes(Upload.Row("a") + "\n" + Upload.Row(new string('b', 5000)))),
            ("larger than 195", "datasets", new byte[200_001]),
            ("unpacks to, more than 19.5", "teachers?dataset=quickstart:rl", Upload.Gzip([.. Enumerable.Repeat("x\n"u8.ToArray(), 20_000).SelectMany(b => b)])),
        ])
        {
            (HttpStatusCode status, JsonObject problem) = await Upload.Send(own.Client, path, file);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
            Assert.Contains(expected, (string?)problem["detail"], StringComparison.Ordinal);
        }
        Assert.Equal(HttpStatusCode.Created, (await Upload.Send(own.Client, "datasets", Upload.Rows(Upload.Row("a")))).Status);
    }

    [Fact]
    public async Task ALineWithoutEnd_IsRefusedWhileItComes()
    {
        byte[] file = Upload.Gzip([.. "{}\n"u8, .. new byte[5 << 20]]);
        Assert.True(file.Length < 100_000);
        (HttpStatusCode status, JsonObject problem) = await Upload.Send(site.Member, "teachers?dataset=quickstart:rl", file);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains("Line 2 has more than", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryBadRow_IsNamedByNumberAndReason_AndTheGoodOnesCanBeTakenOnce()
    {
        byte[] file = Upload.Rows(Upload.Row("one"), "no object", Upload.Row("three", "missing.png"), """{"id": "four", "prompt": "what?"}""", Upload.Row("one"), Upload.Row("six"));
        (HttpStatusCode status, JsonObject problem) = await Upload.Send(site.Member, "datasets?name=mixed", file);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal((2, 4), ((int)problem["good_rows"]!, (int)problem["bad_rows"]!));
        string[] errors = [.. problem["errors"]!.AsArray().Select(e => (string)e!)];
        foreach ((string error, string expected) in errors.Zip((string[])["row 2: not a JSON object", "row 3: picture 'missing.png' is not", "row 4: answer", "row 5: id 'one' is also that of row 1"]))
            Assert.StartsWith(expected, error, StringComparison.Ordinal);
        Assert.Equal(4, errors.Length);

        string upload = $"/api/v1/datasets/uploads/{problem["upload"]}";
        string[] lines = (await site.Member.GetStringAsync($"{upload}/problems.jsonl", Cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([2, 3, 4, 5], lines.Select(l => (int)JsonNode.Parse(l)!["row"]!));

        // Whoever presses twice, or two at once, get one data set.
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => site.Member.PostAsync($"{upload}/accept", null, Cancellation)));
        HttpResponseMessage made = Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created);
        Assert.All(answers.Where(a => a != made), a => Assert.Equal(HttpStatusCode.NotFound, a.StatusCode));
        JsonNode set = JsonNode.Parse(await made.Content.ReadAsStringAsync(Cancellation))!;
        Assert.Equal(("mixed", 2), ((string)set["name"]!, (int)set["rows"]!));
        Assert.Equal(HttpStatusCode.NotFound, (await site.Member.GetAsync($"{upload}/problems.jsonl", Cancellation)).StatusCode);
        JsonNode rows = JsonNode.Parse(await site.Viewer.GetStringAsync($"/api/v1/datasets/{set["id"]}/rows", Cancellation))!;
        Assert.Equal(["one", "six"], rows["rows"]!.AsArray().Select(r => (string)r!["id"]!));
    }

    [Fact]
    public async Task AnUploadWithoutAGoodRow_StaysRefused_AndCanBeDropped()
    {
        (_, JsonObject problem) = await Upload.Send(site.Member, "datasets", Upload.Rows("no object"));
        string upload = $"/api/v1/datasets/uploads/{problem["upload"]}";
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await site.Member.PostAsync($"{upload}/accept", null, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await site.Member.GetAsync($"{upload}/problems.jsonl", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await site.Member.DeleteAsync(upload, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Member.GetAsync($"{upload}/problems.jsonl", Cancellation)).StatusCode);
    }
}
