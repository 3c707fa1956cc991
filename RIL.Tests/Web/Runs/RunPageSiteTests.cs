using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Tests.Web.Jobs;
using RIL.Training.Configuration;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Log;

namespace RIL.Tests.Web.Runs;

public sealed class RunPageSiteTests(SiteFixture site)
{
    private readonly RunMaker _runs = new(site.Services.GetRequiredService<Storage>(), site.Services.GetRequiredService<IDbContextFactory<RilDb>>());

    [Theory]
    [InlineData("", "Accuracy by question type")]
    [InlineData("?tab=charts", "Find a metric")]
    [InlineData("?tab=completions&step=3&order=worst", "answer : 3 .")]
    [InlineData("?tab=config", "num_generations")]
    [InlineData("?tab=checkpoints", "step 7")]
    [InlineData("?tab=log", "All the lines")]
    [InlineData("?tab=nothing", "Accuracy by question type")]
    public async Task EveryTab_IsThereWithItsContentAtOnce(string query, string text)
    {
        Run run = Trained();
        string html = WebUtility.HtmlDecode(await site.Viewer.GetStringAsync($"/runs/{run.Id}{query}", TestContext.Current.CancellationToken));
        Assert.Contains(text == "All the lines" ? "role=\"log\"" : text, html, StringComparison.Ordinal);
        Assert.Contains("<title>a run · RIL</title>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARunThatDoesNotExist_IsSaidNotToExist() =>
        Assert.Contains("There is no such run", await site.Viewer.GetStringAsync("/runs/abcdefghjk", TestContext.Current.CancellationToken), StringComparison.Ordinal);

    [Fact]
    public async Task WhoOnlyLooks_SeesNoActions_AndIsRefusedThem()
    {
        Run run = Trained();
        string viewer = await site.Viewer.GetStringAsync($"/runs/{run.Id}", TestContext.Current.CancellationToken), member = await site.Member.GetStringAsync($"/runs/{run.Id}", TestContext.Current.CancellationToken);
        Assert.DoesNotContain("run-actions", viewer, StringComparison.Ordinal);
        Assert.Contains("run-actions", member, StringComparison.Ordinal);

        string address = $"/api/v1/runs/{run.Id}/checkpoints/checkpoint-7";
        Assert.Equal(HttpStatusCode.Forbidden, (await site.Viewer.DeleteAsync(address, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await site.Viewer.PutAsync(address + "/keep", null, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await site.Anonymous.GetAsync(address + "/file", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task ACheckpoint_IsDownloadedAsAnAttachment()
    {
        Run run = Trained();
        using HttpResponseMessage answer = await site.Viewer.GetAsync($"/api/v1/runs/{run.Id}/checkpoints/checkpoint-7/file", TestContext.Current.CancellationToken);

        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal($"{run.Id}-checkpoint-7.zip", answer.Content.Headers.ContentDisposition.FileName);
        using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        Assert.Equal(3, zip.Entries.Count);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Viewer.GetAsync($"/api/v1/runs/{run.Id}/checkpoints/..%2Fkept/file", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Completions_AreGivenAsJson_Parquet_AndPictures()
    {
        Run run = Trained();
        string root = $"/api/v1/runs/{run.Id}/completions";
        JsonNode json = (await site.Viewer.GetFromJsonAsync<JsonNode>(root, TestContext.Current.CancellationToken))!;

        Assert.Equal(3, (int)json["step"]!);
        Assert.Equal(0.25, (double)json["groups"]![0]!["outputs"]![0]!["advantage"]!);
        byte[] picture = await site.Viewer.GetByteArrayAsync($"{root}/3/images/0/0", TestContext.Current.CancellationToken);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], picture[..4]);
        byte[] parquet = await site.Viewer.GetByteArrayAsync($"{root}/3/file", TestContext.Current.CancellationToken);
        Assert.Equal("PAR1"u8.ToArray(), parquet[..4]);
        foreach (string missing in (string[])["?step=4", "/4/file", "/3/images/0/9", "/3/images/9/0"])
            Assert.Equal(HttpStatusCode.NotFound, (await site.Viewer.GetAsync(root + missing, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task TheWholeOutputOfATrainer_IsDownloadedAsAnAttachment_WhileItIsWritten()
    {
        Run run = _runs.Add(RunState.Paused);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Viewer.GetAsync($"/api/v1/runs/{run.Id}/output", TestContext.Current.CancellationToken)).StatusCode);
        string text = string.Concat(Enumerable.Range(0, 5000).Select(i => $"line {i}\n"));
        await using var trainer = new FileStream(Path.Combine(_runs.Storage.Run(run.Id), TrainerOutput.FileName), FileMode.Create, FileAccess.Write, FileShare.Read);
        await trainer.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken);
        await trainer.FlushAsync(TestContext.Current.CancellationToken);

        using HttpResponseMessage answer = await site.Viewer.GetAsync($"/api/v1/runs/{run.Id}/output", TestContext.Current.CancellationToken);

        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal(text, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        string html = await site.Viewer.GetStringAsync($"/runs/{run.Id}?tab=log&source=trainer", TestContext.Current.CancellationToken);
        Assert.Contains("Only the end is shown", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASiteThatShowsCompletionsAndPictures_HasNotLoadedLibtorch()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What a process has loaded is read from /proc.");
        using var folder = new TemporaryFolder();
        using SiteProcess process = await SiteProcess.Start(folder.Path);
        using HttpClient client = SiteFixture.Client(process.Address);
        await SiteFixture.Post(client, process.Link!, new() { ["Form.Name"] = "anna", ["Form.Password"] = SiteFixture.Password, ["Form.Repeat"] = SiteFixture.Password });
        try
        {
            var database = new DbContextOptionsBuilder<RilDb>();
            DataFeature.Configure(database, folder.File("ril.db"));
            Run run = Trained(new RunMaker(new Storage(Microsoft.Extensions.Options.Options.Create(new StorageOptions { Folder = folder.Path }), site.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.IWebHostEnvironment>()), new Factory(database.Options)));

            foreach (string tab in (string[])["overview", "completions", "config", "checkpoints", "log"])
                Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/runs/{run.Id}?tab={tab}", TestContext.Current.CancellationToken)).StatusCode);
            Assert.NotEmpty(await client.GetByteArrayAsync($"/api/v1/runs/{run.Id}/completions/3/images/0/0", TestContext.Current.CancellationToken));

            string loaded = await File.ReadAllTextAsync($"/proc/{process.Id}/maps", TestContext.Current.CancellationToken);
            Assert.Contains("libcoreclr", loaded, StringComparison.Ordinal);
            Assert.DoesNotContain("libtorch", loaded, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("LibTorchSharp", loaded, StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        }
    }

    private Run Trained() => Trained(_runs);

    private static Run Trained(RunMaker runs)
    {
        Run run = runs.Add(config: new RunConfig { Dataset = "quickstart:rl", CompletionsPerPrompt = 1 });
        runs.Keep(run, 3, new CompletionRow("what ?", "answer : 3 .", "student", new Dictionary<string, double?> { ["answer"] = 1, ["similarity"] = 0.4 }, 0.6, null, 0.25, "rl-0-5.png"));
        runs.Checkpoint(run, "checkpoint-7");
        return run;
    }

    private sealed class Factory(DbContextOptions<RilDb> options) : IDbContextFactory<RilDb>
    {
        public RilDb CreateDbContext() => new(options);
    }
}
