using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using RIL.Web.Runs.Jobs;

namespace RIL.Tests.Web.Jobs;

/// <summary>
/// kill -9 of trainer, of site, of both, at moments drawn from a fixed seed: while the trainer starts, trains, reinforces, pauses and stops. Each run ends, has stored what an undisturbed one stores, and nothing that
/// its events do not say. RIL_FAULT_ROUNDS says how often each (default 3; the figures in docs/performance.md were made with 10).
/// </summary>
public sealed class FaultTests : IDisposable
{
    private const string Settings = """
        {"sft_steps": 30, "sft_batch_size": 4, "sft_warmup_steps": 2, "max_steps": 8, "warmup_steps": 1, "per_device_train_batch_size": 8, "discriminator_pretrain_steps": 2, "eval_limit": 8,
         "save_steps": 4, "save_total_limit": 2, "logging_steps": 1, "eval_steps": 0, "max_completion_length": 10}
        """;

    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("RIL_FAULT_ROUNDS"), out int rounds) ? rounds : 3;

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(7);
    private SiteProcess _site = null!;
    private HttpClient _client = null!;
    private string _id = "";

    private enum Victim
    {
        Trainer,
        Site,
        Both,
    }

    private enum Moment
    {
        Anywhen,
        Reinforcing,
        Pausing,
        Stopping,
    }

    private string Folder => Path.Combine(_folder.Path, "runs", _id);

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
        // As many as make every victim meet every moment, within four rounds.
        var faults = new Queue<(Victim Victim, Moment Moment)>(Enumerable.Range(0, Math.Max(4, 3 * Rounds)).Select(i => ((Victim)(i % 3), (Moment)(i % 4))));
        await Begin("/start");
        await Create();
        await Until(() => State == "Finished");
        StoredRun calm = Read();
        calm.AssertIsWhatItsEventsSay();
        while (faults.Count > 0)
        {
            // A run may end before its moment comes: then the next one has it.
            await Create();
            while (faults.Count > 0 && State != "Finished")
                if (await Disturb(faults.Peek().Victim, faults.Peek().Moment)) faults.Dequeue();
            await Until(() => State == "Finished");
            StoredRun disturbed = Read();
            disturbed.AssertIsWhatItsEventsSay();
            disturbed.AssertMeasuredTheSameAs(calm);
        }
        Assert.Equal("ok", Ask("PRAGMA integrity_check"));
    }

    // Whether somebody was hit. Afterwards the run is on its way again.
    private async Task<bool> Disturb(Victim victim, Moment moment)
    {
        if (!await Comes(moment)) return false;
        object? attempt = Ask($"SELECT Attempt FROM Runs WHERE Id = '{_id}'");
        string? trainer = Noted();
        if (trainer is null || !Lives()) return false;
        // The site first: it must not see the trainer end.
        if (victim != Victim.Trainer) _site.Kill();
        bool hit = victim == Victim.Site ? Lives() : KillTrainer(Folder);
        if (victim != Victim.Trainer) await Begin("/sign-in");
        if (!hit)
        {
            await GoOn(moment);
            return false;
        }
        switch (moment, victim)
        {
            case (_, Victim.Trainer):
                // Killed alone it fails the run, which says so; a person retries it.
                await Until(() => State == "Failed");
                Assert.StartsWith("The trainer was killed from outside (signal 9)", (string?)Ask($"SELECT Reason FROM Runs WHERE Id = '{_id}'"), StringComparison.Ordinal);
                await Act("retry");
                break;
            case (Moment.Pausing, _):
                await Until(() => State is "Paused" or "Finished");
                if (State == "Paused") await Act("resume");
                break;
            case (Moment.Stopping, _):
                await Until(() => State is "Cancelled" or "Finished");
                if (State == "Cancelled") await Act("resume");
                break;
            case (_, Victim.Site):
                // The same trainer works on, and is found.
                await Until(() => Ask($"SELECT LeaseOwner FROM Runs WHERE Id = '{_id}' AND State <> 'Finished'") is string owner && owner.Contains($"|{_site.Id}|", StringComparison.Ordinal) || State == "Finished");
                Assert.Equal((trainer, attempt), (Noted(), Ask($"SELECT Attempt FROM Runs WHERE Id = '{_id}'")));
                break;
            case (_, Victim.Both):
                // It is started anew, and nobody needs to say so.
                await Until(() => Noted() is { } now && now != trainer);
                Assert.Equal((long)attempt! + 1, Ask($"SELECT Attempt FROM Runs WHERE Id = '{_id}'"));
                break;
        }
        return true;
    }

    // False where the run ends before.
    private async Task<bool> Comes(Moment moment)
    {
        // Sometimes before the trainer has said a word, sometimes in the middle of its work.
        long events = Lines().Count() + _random.Next(0, 3) * _random.Next(1, 30);
        bool sooner = _random.Next(2) == 0;
        await Until(() => State == "Finished" || (Lives() && (moment == Moment.Reinforcing ? Stage() == "ril" : Lines().Count() >= events)));
        if (State == "Finished") return false;
        if (moment is Moment.Pausing or Moment.Stopping)
        {
            await Until(() => State is "Starting" or "Running" or "Finished");
            if (!await Act(moment == Moment.Pausing ? "pause" : "stop")) return false;
            // Before the trainer is asked, or after.
            if (!sooner) await Until(() => File.Exists(Path.Combine(Folder, "control")) || State is not ("Pausing" or "Stopping"));
        }
        return true;
    }

    private async Task GoOn(Moment moment)
    {
        if (moment is not (Moment.Pausing or Moment.Stopping)) return;
        await Until(() => State is "Paused" or "Cancelled" or "Finished");
        if (State != "Finished") await Act("resume");
    }

    private async Task Begin(string page)
    {
        _site?.Dispose();
        _client?.Dispose();
        _site = await SiteProcess.Start(_folder.Path);
        _client = SiteFixture.Client(_site.Address);
        var form = new Dictionary<string, string> { ["Form.Name"] = "admin", ["Form.Password"] = SiteFixture.Password };
        if (_site.Link is not null) form["Form.Repeat"] = SiteFixture.Password;
        await SiteFixture.Post(_client, _site.Link ?? page, form);
    }

    private async Task Create()
    {
        using HttpResponseMessage answer = await _client.PostAsJsonAsync("/api/v1/runs", new JsonObject { ["presets"] = new JsonArray("quickstart"), ["config"] = JsonNode.Parse(Settings) });
        _id = (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    private async Task<bool> Act(string action)
    {
        using HttpResponseMessage answer = await _client.PostAsync($"/api/v1/runs/{_id}/actions/{action}", null);
        return answer.IsSuccessStatusCode;
    }

    // What other processes write can only be looked at again and again.
    private async Task Until(Func<bool> wished)
    {
        for (var watch = Stopwatch.StartNew(); !wished();)
        {
            if (watch.Elapsed > TimeSpan.FromMinutes(2)) throw new TimeoutException($"The run came to a standstill: {State}, {Ask($"SELECT Reason FROM Runs WHERE Id = '{_id}'")}");
            await Task.Delay(10);
        }
    }

    private IEnumerable<string> Lines()
    {
        string file = Path.Combine(Folder, "events.jsonl");
        if (!File.Exists(file)) yield break;
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line) yield return line;
    }

    private string? Stage() => Lines().LastOrDefault(l => l.Contains("\"stage\":", StringComparison.Ordinal) && l.EndsWith('}')) is { } last ? (string?)JsonNode.Parse(last)!["stage"] : null;

    private bool Lives() => ProcessIdentity.Read(Path.Combine(Folder, "trainer.pid")) is not null;

    // Number and start of the process that was started last; it may have ended by now.
    private string? Noted() => File.Exists(Path.Combine(Folder, "trainer.pid")) ? File.ReadAllText(Path.Combine(Folder, "trainer.pid")) : null;

    private string State => (string)Ask($"SELECT State FROM Runs WHERE Id = '{_id}'")!;

    private StoredRun Read() => StoredRun.Read(Directory.GetFiles(_folder.Path, "*.db").Single(), _id, Folder);

    private object? Ask(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Directory.GetFiles(_folder.Path, "*.db").Single()};Mode=ReadOnly;Pooling=False;Default Timeout=30");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    /// <summary>kill -9; false where no trainer lives in the folder.</summary>
    internal static bool KillTrainer(string folder)
    {
        if (ProcessIdentity.Read(Path.Combine(folder, "trainer.pid")) is not { } trainer) return false;
        using (Process kill = Process.Start("kill", ["-9", trainer.Id.ToString(CultureInfo.InvariantCulture)])) kill.WaitForExit();
        while (trainer.IsAlive) Thread.Yield();
        return true;
    }
}
