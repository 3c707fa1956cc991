using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Tests.Web.Runs;
using RIL.Web.Data;
using RIL.Web.Operations;
using RIL.Web.Runs;
using RIL.Web.Runs.Metrics;

namespace RIL.Tests.Web.Operations;

public sealed class SystemTests(SiteFixture site)
{
    private const int Large = 2 << 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RunMaker Maker => new(site.Services.GetRequiredService<Storage>(), site.Services.GetRequiredService<IDbContextFactory<RilDb>>());

    [Fact]
    public async Task Purge_RemovesRowsAndFilesOfTheRun_AndLeavesOthersAlone()
    {
        (Run gone, Run stays) = (Filled(Large), Filled());
        (await site.Member.DeleteAsync($"/api/v1/runs/{gone.Id}", Cancellation)).EnsureSuccessStatusCode();
        JsonElement trash = await site.Viewer.GetFromJsonAsync<JsonElement>("/api/v1/system/trash", Cancellation);
        Assert.Contains(trash.EnumerateArray(), t => t.GetProperty("run_id").GetString() == gone.Id);

        JsonElement result = await Sent(site.Administrator.PostAsJsonAsync("/api/v1/system/trash/purge", new { runs = new[] { gone.Id } }, Cancellation));

        Assert.Equal(1, result.GetProperty("runs").GetInt32());
        Assert.Empty(result.GetProperty("problems").EnumerateArray());
        Assert.InRange(result.GetProperty("bytes").GetInt64(), Large, Large + 5_000);
        Assert.InRange(result.GetProperty("bytes_before").GetInt64() - result.GetProperty("bytes_after").GetInt64(), Large / 2, 2 * Large);
        // The run with its tag, log line, step, checkpoint, completions, metric, two values and a bucket.
        Assert.Equal(9, result.GetProperty("rows").GetInt64());
        Assert.Equal(0, Rows(gone.Id));
        Assert.False(Directory.Exists(Maker.Storage.Run(gone.Id)));
        Assert.Empty(Directory.GetDirectories(Path.Combine(site.Folder, "trash")));
        Assert.Equal(HttpStatusCode.NotFound, (await site.Viewer.GetAsync($"/api/v1/runs/{gone.Id}", Cancellation)).StatusCode);
        Assert.Equal(10, Rows(stays.Id));
        Assert.True(File.Exists(Path.Combine(Maker.Storage.Run(stays.Id), "checkpoint-2", "model.safetensors")));
    }

    [Fact]
    public async Task Purge_RefusesARunThatIsNotInTheTrash_AndOneWhoseStudentIsWanted()
    {
        Run finished = Filled(), wanted = Filled();
        Run draft = Maker.Add(RunState.Draft, new RIL.Training.Configuration.RunConfig { Dataset = "quickstart:rl", Student = "run:" + wanted.Id });
        (await site.Member.DeleteAsync($"/api/v1/runs/{wanted.Id}", Cancellation)).EnsureSuccessStatusCode();

        JsonElement result = await Sent(site.Administrator.PostAsJsonAsync("/api/v1/system/trash/purge", new { runs = new[] { finished.Id, wanted.Id, "../../etc" } }, Cancellation));

        Assert.Equal(0, result.GetProperty("runs").GetInt32());
        string[] problems = [.. result.GetProperty("problems").EnumerateArray().Select(p => p.GetString()!)];
        Assert.Equal(3, problems.Length);
        Assert.Contains("not in the trash", problems[0], StringComparison.Ordinal);
        Assert.Contains(draft.Id, problems[1], StringComparison.Ordinal);
        Assert.Contains("There is no run", problems[2], StringComparison.Ordinal);
        Assert.Equal(10, Rows(finished.Id));
        Assert.True(Directory.Exists(Maker.Storage.Run(wanted.Id)));
    }

    [Fact]
    public async Task Restore_BringsARunBackAsItWas()
    {
        Run run = Filled();
        (await site.Member.DeleteAsync($"/api/v1/runs/{run.Id}", Cancellation)).EnsureSuccessStatusCode();
        JsonElement back = await Sent(site.Administrator.PostAsync($"/api/v1/runs/{run.Id}/actions/restore", null, Cancellation));
        Assert.Equal("finished", back.GetProperty("state").GetString());
        Assert.Equal(10, Rows(run.Id));
    }

    [Fact]
    public async Task Sweep_EndsAPurgeThatWasInterrupted_AndUndoesOneThatWasNotCommitted()
    {
        (Run half, Run undone) = (Filled(), Filled());
        foreach (Run run in (Run[])[half, undone]) Directory.Move(Maker.Storage.Run(run.Id), Path.Combine(site.Folder, "trash", run.Id));
        await using (RilDb db = await Db()) await db.Runs.Where(r => r.Id == half.Id).ExecuteDeleteAsync(Cancellation);

        await site.Services.GetRequiredService<Trash>().Sweep();

        Assert.Equal(0, Rows(half.Id));
        Assert.Equal(10, Rows(undone.Id));
        Assert.True(Directory.Exists(Maker.Storage.Run(undone.Id)));
        Assert.Empty(Directory.GetDirectories(Path.Combine(site.Folder, "trash")));
    }

    [Fact]
    public async Task TrashDays_RemoveWhatIsOldEnough()
    {
        (Run old, Run young) = (Filled(), Filled());
        foreach (Run run in (Run[])[old, young]) (await site.Member.DeleteAsync($"/api/v1/runs/{run.Id}", Cancellation)).EnsureSuccessStatusCode();
        DateTimeOffset longAgo = DateTimeOffset.UtcNow.AddDays(-8);
        await using (RilDb db = await Db()) await db.Runs.Where(r => r.Id == old.Id).ExecuteUpdateAsync(r => r.SetProperty(x => x.DeletedAt, longAgo), Cancellation);
        Trash trash = site.Services.GetRequiredService<Trash>();

        await trash.PurgeOld(Cancellation);
        Assert.Equal(10, Rows(old.Id)); // never, until somebody says otherwise
        Assert.Equal(7, (await Sent(site.Administrator.PutAsJsonAsync("/api/v1/system/trash/days", new { days = 7 }, Cancellation))).GetProperty("days").GetInt32());
        try
        {
            await trash.PurgeOld(Cancellation);
        }
        finally
        {
            await trash.ChangeDays(0);
        }

        Assert.Equal(0, Rows(old.Id));
        Assert.Equal(10, Rows(young.Id));
    }

    [Fact]
    public async Task Storage_CountsAFileWithTwoNamesOnce()
    {
        Assert.SkipWhen(OperatingSystem.IsMacOS(), "macOS does not say which names are one file: there it is counted twice.");
        Run run = Filled();
        long before = site.Services.GetRequiredService<StorageUse>().Of(run.Id);
        string file = Path.Combine(Maker.Storage.Run(run.Id), "checkpoint-2", "model.safetensors");
        RIL.Web.Runs.Checkpoints.HardLink.CreateOrCopy(file, file + ".again");
        Assert.Equal(before, site.Services.GetRequiredService<StorageUse>().Of(run.Id));
    }

    [Fact]
    public async Task Backup_IsAWholeDatabase_AndLeavesNothingBehind()
    {
        Run run = Filled();
        using HttpResponseMessage answer = await site.Administrator.GetAsync("/api/v1/system/database/backup", Cancellation);
        answer.EnsureSuccessStatusCode();
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition?.DispositionType);
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "backup.db");
        await File.WriteAllBytesAsync(file, await answer.Content.ReadAsByteArrayAsync(Cancellation), Cancellation);

        using var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        connection.Open();
        Assert.Equal("ok", Scalar(connection, "PRAGMA integrity_check"));
        Assert.Equal(1L, Scalar(connection, $"SELECT count(*) FROM Runs WHERE Id = '{run.Id}'"));
        Assert.Empty(Directory.GetFiles(Path.Combine(site.Folder, "uploads"), "backup-*"));
    }

    [Fact]
    public async Task Compact_KeepsTheDatabaseWhole()
    {
        JsonElement result = await Sent(site.Administrator.PostAsync("/api/v1/system/database/compact", null, Cancellation));
        Assert.True(result.GetProperty("bytes").GetInt64() >= 0);
        using SqliteConnection connection = site.Services.GetRequiredService<SqliteConnections>().Open();
        Assert.Equal("ok", Scalar(connection, "PRAGMA integrity_check"));
        Assert.Equal(0L, Scalar(connection, "PRAGMA freelist_count"));
    }

    [Fact]
    public async Task System_SaysHowEveryPartIs_AndItsVersions()
    {
        JsonElement system = await site.Viewer.GetFromJsonAsync<JsonElement>("/api/v1/system", Cancellation);
        Dictionary<string, bool> health = system.GetProperty("health").EnumerateArray().ToDictionary(p => p.GetProperty("name").GetString()!, p => p.GetProperty("healthy").GetBoolean());
        Assert.Equal(["database", "disk", "queue", "trainer"], health.Keys.Order());
        // Whether this machine's disk has room is the machine's affair.
        Assert.All(health.Where(p => p.Key != "disk"), p => Assert.True(p.Value, p.Key));
        Assert.Equal(health["disk"] ? "ok" : "unhealthy", system.GetProperty("status").GetString());
        JsonElement versions = system.GetProperty("versions");
        foreach (string name in (string[])["site", "trainer", "dotnet", "torch_sharp", "libtorch", "sqlite"]) Assert.NotEmpty(versions.GetProperty(name).GetString()!);
        Assert.StartsWith("libtorch-", versions.GetProperty("libtorch").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "/api/v1/system/slots", "{\"slots\": 2}")]
    [InlineData("PUT", "/api/v1/system/trash/days", "{\"days\": 2}")]
    [InlineData("POST", "/api/v1/system/trash/purge", "{}")]
    [InlineData("POST", "/api/v1/system/database/compact", "")]
    [InlineData("GET", "/api/v1/system/database/backup", "")]
    [InlineData("GET", "/hangfire", "")]
    [InlineData("GET", "/hangfire/jobs/enqueued", "")]
    public async Task OnlyAnAdministratorChangesTheSite(string method, string path, string body)
    {
        foreach ((HttpClient who, HttpStatusCode expected) in ((HttpClient, HttpStatusCode)[])[(site.Viewer, HttpStatusCode.Forbidden), (site.Member, HttpStatusCode.Forbidden)])
            Assert.Equal(expected, (await who.SendAsync(Request(method, path, body), Cancellation)).StatusCode);
        using HttpResponseMessage anonymous = await site.Anonymous.SendAsync(Request(method, path, body), Cancellation);
        Assert.True(anonymous.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Redirect, $"{path}: {anonymous.StatusCode}");
    }

    [Fact]
    public async Task Page_IsThereWithItsContentAtOnce_AndButtonsOnlyForAdministrators()
    {
        Run run = Filled();
        (await site.Member.DeleteAsync($"/api/v1/runs/{run.Id}", Cancellation)).EnsureSuccessStatusCode();
        foreach ((HttpClient who, bool may) in ((HttpClient, bool)[])[(site.Viewer, false), (site.Member, false), (site.Administrator, true)])
        {
            string html = await who.GetStringAsync("/system", Cancellation);
            foreach (string part in (string[])["Trainers", "Storage", "Trash", "Health", "Machine", "Database", "Versions", "It can be written.", "TorchSharp"]) Assert.Contains(part, html, StringComparison.Ordinal);
            foreach (string button in (string[])["Empty the trash", "One slot more", "Compact", "hangfire", "database/backup", "Remove for good"]) Assert.Equal(may, html.Contains(button, StringComparison.Ordinal));
            // Who may put a run into the trash may take it out again.
            Assert.Equal(who != site.Viewer, html.Contains("Restore", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("/hangfire")]
    [InlineData("/hangfire/jobs/processing")]
    [InlineData("/hangfire/servers")]
    public async Task JobQueue_NeedsNoScriptsInsideThePage(string page)
    {
        using HttpResponseMessage answer = await site.Administrator.GetAsync(page, Cancellation);
        Assert.DoesNotContain("script-src 'self' '", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.DoesNotMatch("<script(?![^>]*src=)|\\son[a-z]+=\"", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [InlineData("/hangfire/jobs/enqueued/delete")]
    [InlineData("/hangfire/jobs/failed/requeue")]
    [InlineData("/hangfire/jobs/actions/delete/1")]
    [InlineData("/hangfire/recurring/trigger")]
    public async Task JobQueue_IsThereToLookAt_AndRefusesChanges(string command)
    {
        using HttpResponseMessage page = await site.Administrator.GetAsync("/hangfire", Cancellation);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        foreach (HttpClient who in (HttpClient[])[site.Viewer, site.Member, site.Administrator])
        {
            using HttpResponseMessage answer = await who.PostAsync(command, new FormUrlEncodedContent([new("jobs[]", "1")]), Cancellation);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    [Fact]
    public async Task SlotsThatCannotBe_AreRefusedWithASentence()
    {
        using HttpResponseMessage answer = await site.Administrator.PutAsJsonAsync("/api/v1/system/slots", new { slots = 65 }, Cancellation);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("65 slots cannot be set; expected 0 (nothing starts) to 64.", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    // Ten rows of all kinds, and a folder of some kilobytes.
    private Run Filled(int bytes = 5_000)
    {
        Run run = Maker.Add();
        Maker.Checkpoint(run, "checkpoint-2", bytes);
        using RilDb db = site.Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContext();
        var metric = new MetricSummary { RunId = run.Id, Name = "reward", Count = 2 };
        db.AddRange(
            metric, new RunTag { RunId = run.Id, Tag = "t" }, new RunLogLine { RunId = run.Id, Number = 1, Level = "info", Text = "a" }, new RunStep { RunId = run.Id, Step = 1 },
            new RunCheckpoint { RunId = run.Id, Step = 2, Folder = "checkpoint-2" }, new CompletionStep { RunId = run.Id, Step = 1, File = "completions/completions_00001.parquet" });
        db.SaveChanges();
        db.AddRange(
            new MetricPoint { MetricId = metric.Id, Step = 1, Value = 1 }, new MetricPoint { MetricId = metric.Id, Step = 2, Value = 2 }, new MetricBucket { MetricId = metric.Id, Level = 0, Bucket = 0, Count = 2 });
        db.SaveChanges();
        _metrics[run.Id] = metric.Id;
        return run;
    }

    private readonly Dictionary<string, long> _metrics = [];

    private long Rows(string id)
    {
        using SqliteConnection connection = site.Services.GetRequiredService<SqliteConnections>().Open();
        string[] byRun = ["RunTags", "RunLogLines", "RunSteps", "RunCheckpoints", "CompletionSteps", "Metrics"];
        return (long)Scalar(connection, $"SELECT count(*) FROM Runs WHERE Id = '{id}'") + byRun.Sum(t => (long)Scalar(connection, $"SELECT count(*) FROM {t} WHERE RunId = '{id}'"))
            + new[] { "MetricPoints", "MetricBuckets" }.Sum(t => (long)Scalar(connection, $"SELECT count(*) FROM {t} WHERE MetricId = {_metrics[id]}"));
    }

    private Task<RilDb> Db() => site.Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContextAsync(Cancellation);

    private static object Scalar(SqliteConnection connection, string text)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        return command.ExecuteScalar()!;
    }

    private static HttpRequestMessage Request(string method, string path, string body) =>
        new(new HttpMethod(method), path) { Content = body == "" ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json") };

    private static async Task<JsonElement> Sent(Task<HttpResponseMessage> sending)
    {
        using HttpResponseMessage answer = await sending;
        string text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }
}
