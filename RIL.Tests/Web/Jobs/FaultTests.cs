using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace RIL.Tests.Web.Jobs;

/// <summary>
/// kill -9 of trainer, of site, of both, at moments drawn from a fixed seed: the run ends, has measured what an undisturbed one measures, and no event is lost or stored
/// twice. RIL_FAULT_ROUNDS says how often each (default 2; the figures in docs/performance.md were made with 10).
/// </summary>
public sealed class FaultTests : IDisposable
{
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("RIL_FAULT_ROUNDS"), out int rounds) ? rounds : 2;

    private readonly TemporaryFolder _folder = new();
    private SiteProcess _site = null!;
    private HttpClient _client = null!;
    private string _id = "";

    public void Dispose()
    {
        _client?.Dispose();
        _site?.Dispose();
        foreach (string file in Directory.GetFiles(_folder.Path, "trainer.pid", SearchOption.AllDirectories)) KillTrainer(Path.GetDirectoryName(file)!);
        _folder.Dispose();
    }

    [Fact]
    public async Task WhateverIsKilled_ARunEndsAsIfNothingHadBeen()
    {
        int steps = 60 + 60 * Rounds;
        string settings = $$"""
            {"sft_steps": {{steps}}, "sft_batch_size": 4, "sft_warmup_steps": 2, "max_steps": 3, "warmup_steps": 1, "per_device_train_batch_size": 8, "discriminator_pretrain_steps": 2, "eval_limit": 8,
             "save_steps": 10, "save_total_limit": 2, "logging_steps": 1, "eval_steps": 0, "max_completion_length": 10}
            """;
        string[] calm;
        await using (OwnSite own = await OwnSite.Start())
        {
            string undisturbed = await own.Create(settings);
            await own.Until(undisturbed, RIL.Web.Runs.RunState.Finished);
            calm = await own.Measured(undisturbed);
        }

        await Begin();
        string id = _id = await Create(settings);
        string folder = Directory.GetDirectories(Path.Combine(_folder.Path, "runs")).Concat([Path.Combine(_folder.Path, "runs", id)]).First(f => Path.GetFileName(f) == id);
        var random = new Random(7);
        string[] faults = [.. Enumerable.Repeat((string[])["trainer", "site", "both"], Rounds).SelectMany(f => f)];
        random.Shuffle(faults);
        int done = 0;
        foreach (string fault in faults)
        {
            // Sometimes before the trainer has said a word, sometimes in the middle of its work.
            long events = Events(folder) + random.Next(0, 3) * random.Next(1, 30);
            await Until(() => Go(id) && (Events(folder) >= events || State(id) == "Finished"));
            if (State(id) == "Finished") break;
            done++;
            if (fault != "site") KillTrainer(folder);
            if (fault != "trainer") await Restart();
        }
        await Until(() => Go(id) && State(id) == "Finished");

        Assert.Equal(faults.Length, done);
        Assert.Equal(calm, await Measured(id));
        AssertNoEventIsLostOrDoubled(id, folder);
    }

    private async Task Begin()
    {
        _site = await SiteProcess.Start(_folder.Path);
        _client = SiteFixture.Client(_site.Address);
        await SiteFixture.Post(_client, _site.Link!, new() { ["Form.Name"] = "admin", ["Form.Password"] = SiteFixture.Password, ["Form.Repeat"] = SiteFixture.Password });
    }

    private async Task Restart()
    {
        _site.Kill();
        _site.Dispose();
        _client.Dispose();
        _site = await SiteProcess.Start(_folder.Path);
        _client = SiteFixture.Client(_site.Address);
        await SiteFixture.Post(_client, "/sign-in", new() { ["Form.Name"] = "admin", ["Form.Password"] = SiteFixture.Password });
    }

    private async Task<string> Create(string settings)
    {
        using HttpResponseMessage answer = await _client.PostAsJsonAsync("/api/v1/runs", new JsonObject { ["presets"] = new JsonArray("quickstart"), ["config"] = JsonNode.Parse(settings) });
        return (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    // A file that another process writes can only be looked at again and again.
    private async Task Until(Func<bool> wished)
    {
        var watch = Stopwatch.StartNew();
        while (!wished())
        {
            if (watch.Elapsed > TimeSpan.FromMinutes(2)) throw new TimeoutException($"The run came to a standstill: {State(_id)}, {Ask($"SELECT Reason FROM Runs WHERE Id = '{_id}'")}");
            await Task.Delay(20);
        }
    }

    private static long Events(string folder)
    {
        string file = Path.Combine(folder, "events.jsonl");
        if (!File.Exists(file)) return 0;
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        long lines = 0;
        while (reader.ReadLine() is not null) lines++;
        return lines;
    }

    // Killed alone, the trainer fails the run, which says so; a person retries it.
    private bool Go(string id) => State(id) != "Failed" || Retry(id);

    private bool Retry(string id) => _client.PostAsync($"/api/v1/runs/{id}/actions/retry", null).Result.IsSuccessStatusCode;

    private string State(string id) => (string)Ask($"SELECT State FROM Runs WHERE Id = '{id}'")!;

    private object? Ask(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Directory.GetFiles(_folder.Path, "*.db").Single()};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    internal static void KillTrainer(string folder)
    {
        try
        {
            string stat = File.ReadAllText(Path.Combine(folder, "trainer.pid"));
            using Process trainer = Process.GetProcessById(int.Parse(stat.Split(' ')[0], CultureInfo.InvariantCulture));
            if (!trainer.ProcessName.StartsWith("RIL.Training", StringComparison.Ordinal) && trainer.ProcessName is not ("sh" or "dotnet")) return;
            trainer.Kill();
            trainer.WaitForExit();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IOException or FormatException)
        {
            // It has not started, or has ended.
        }
    }

    private async Task<string[]> Measured(string id) => OwnSite.WithoutClock(await _client.GetStringAsync($"/api/v1/runs/{id}/metrics.csv"));

    private void AssertNoEventIsLostOrDoubled(string id, string folder)
    {
        long[] numbers = [.. File.ReadLines(Path.Combine(folder, "events.jsonl")).Select(l => (long)JsonNode.Parse(l)!["n"]!)];
        Assert.Equal(Enumerable.Range(1, numbers.Length).Select(n => (long)n), numbers);
        Assert.Equal(numbers[^1], Ask($"SELECT LastEvent FROM Runs WHERE Id = '{id}'"));
        Assert.Equal(0L, Ask($"SELECT COUNT(*) - COUNT(DISTINCT Number) FROM RunLogLines WHERE RunId = '{id}'"));
        Assert.Equal("ok", Ask("PRAGMA integrity_check"));
    }
}
