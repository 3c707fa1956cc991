using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Tests.Training.Commands;
using RIL.Training;
using RIL.Training.Configuration;
using RIL.Training.Runs;
using RIL.Web.Accounts;
using RIL.Web.Data;
using RIL.Web.Operations;
using RIL.Web.Runs;
using RIL.Web.Runs.Ingest;
using RIL.Web.Runs.Live;
using Run = RIL.Web.Runs.Run;

namespace RIL.Tests.Web.Runs.Ingest;

/// <summary>A run that was trained by hand becomes one of the site that says the same; one that cannot be taken leaves nothing.</summary>
public sealed class ImportTests(TrainCommandTests.WholeRun whole, SiteFixture site) : IClassFixture<TrainCommandTests.WholeRun>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ARunOfTheTrainersCommandLine_ShowsTheSame_BesideASiteThatRuns()
    {
        string folder = whole.Tiny.Folder("whole");
        (int code, string output, string errors) = await Import(folder, "--tag", "by-hand");
        Assert.Equal((0, ""), (code, errors));
        string id = output.Split(' ')[0];
        IReadOnlyList<RunEvent> events = [.. RunEvents.Read(new RunFolder(folder).Events)];
        Assert.Equal($"{id}  tiny  finished, {events.Count} events", output.Trim());

        JsonElement run = await Json($"runs/{id}");
        Assert.Equal(("tiny", "finished", events.Count), (run.GetProperty("name").GetString(), run.GetProperty("state").GetString(), run.GetProperty("last_event").GetInt32()));
        Assert.Equal("by-hand", Assert.Single(run.GetProperty("tags").EnumerateArray()).GetString());
        Assert.Equal(JsonValueKind.Null, run.GetProperty("reason").ValueKind);
        RunSummary summary = events.OfType<FinishedEvent>().Single().Summary!;
        Assert.Equal(summary.Evaluations.Select(e => e.Accuracy), run.GetProperty("summary").GetProperty("evaluations").EnumerateArray().Select(e => (double?)e.GetProperty("accuracy").GetDouble()));

        var expected = events.OfType<MetricsEvent>().SelectMany(e => e.Metrics.Concat(e.Timing ?? new Dictionary<string, double>()).Select(m => (m.Key, e.Step, m.Value))).GroupBy(v => (v.Key, v.Step)).Select(g => g.Last());
        var stored = (await site.Viewer.GetStringAsync($"/api/v1/runs/{id}/metrics.csv", Cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(l => l.Split(','))
            .Select(c => (c[0], long.Parse(c[1], CultureInfo.InvariantCulture), double.Parse(c[4], CultureInfo.InvariantCulture)));
        Assert.Equal(expected.Order(), stored.Order());
        using RilDb db = Database();
        Assert.Equal(events.OfType<CompletionsEvent>().Select(c => (c.Step, c.File)).Order(), db.CompletionSteps.Where(c => c.RunId == id).Select(c => new ValueTuple<long, string>(c.Step, c.File)).ToArray().Order());
        Assert.Equal(events.OfType<StageEvent>().Select(s => s.Stage), StageHistory.Read(db.Runs.First(r => r.Id == id).Stages).Select(s => s.Name));
        foreach (FileInfo file in new DirectoryInfo(Path.Combine(folder, "student")).GetFiles())
            Assert.Equal(await File.ReadAllBytesAsync(file.FullName, Cancellation), await File.ReadAllBytesAsync(Path.Combine(Storage.Run(id), "student", file.Name), Cancellation));
    }

    [Theory]
    [InlineData("nowhere", "expected a run folder with config.json and events.jsonl")]
    [InlineData("whole --speed 3", "'--speed' is no option of import.")]
    [InlineData("whole --name", "--name needs a value.")]
    [InlineData("", "Which run folder?")]
    [InlineData("whole whole --name x", "--name names one run, and there are 2 folders")]
    [InlineData("config", "config.json")]
    [InlineData("spoilt", "what begins at byte")]
    [InlineData("back", "numbers must grow")]
    public async Task WhatCannotBeImported_IsOneSentence_AndExitCode2_AndLeavesNothing(string arguments, string sentence)
    {
        string before = Everything();
        (int code, _, string errors) = await Import([.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(a => a is "whole" or "nowhere" ? whole.Tiny.Folder(a) : a is "config" or "spoilt" or "back" ? Bad(a) : a)]);

        Assert.Equal(2, code);
        Assert.Contains(sentence, errors, StringComparison.Ordinal);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(before, Everything());
    }

    [Fact]
    public async Task ARunThatATrainerWrites_IsRefused()
    {
        string folder = Long(10);
        using (RunEvents.Open(new RunFolder(folder).Events)) Assert.Contains("a trainer is writing it now", (await Import(folder)).Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await Import(folder)).Code);
    }

    [Fact]
    public async Task UntilItIsWhole_NobodyCanStartIt()
    {
        var refusals = new List<string?>();
        RunService runs = site.Services.GetRequiredService<RunService>();
        using IDisposable ear = Hear(id =>
        {
            foreach (RunAction action in (RunAction[])[RunAction.Start, RunAction.Resume, RunAction.Retry]) refusals.Add(runs.Act(id, action, Caller()).GetAwaiter().GetResult()!.Refusal);
        });
        Run run = await site.Services.GetRequiredService<RunImport>().Import(Long(10), "mine", []);
        Assert.Equal(3, refusals.Count);
        Assert.All(refusals, r => Assert.Contains("restore it first", r, StringComparison.Ordinal));
        Assert.Equal((RunState.Cancelled, "Imported; its trainer had ended without saying so."), (run.State, run.Reason));
        Assert.Equal(10, (await Json($"runs/{run.Id}")).GetProperty("step").GetInt32());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnImportWhoseRunIsTaken_EndsWithASentence(bool purged)
    {
        string? taken = null;
        using IDisposable ear = Hear(id =>
        {
            taken = id;
            if (purged) site.Services.GetRequiredService<Trash>().Purge([id]).GetAwaiter().GetResult();
            else site.Services.GetRequiredService<RunService>().Act(id, RunAction.Restore, Caller()).GetAwaiter().GetResult();
        });
        InputException refused = await Assert.ThrowsAsync<InputException>(() => site.Services.GetRequiredService<RunImport>().Import(Long(4100), "mine", []));
        Assert.Contains("somebody purged or restored the run", refused.Message, StringComparison.Ordinal);
        using RilDb db = Database();
        Assert.Equal(purged ? null : RunState.Cancelled, db.Runs.Where(r => r.Id == taken).Select(r => (RunState?)r.State).FirstOrDefault());
        Assert.Equal(!purged, db.Metrics.Any(m => m.RunId == taken));
        Assert.Equal(!purged, Directory.Exists(Storage.Run(taken!)));
    }

    private Storage Storage => site.Services.GetRequiredService<Storage>();

    private static Caller Caller() => new(null, "test", UserRole.Administrator);

    private RilDb Database() => site.Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContext();

    private Task<JsonElement> Json(string path) => site.Viewer.GetFromJsonAsync<JsonElement>("/api/v1/" + path, Cancellation);

    // Calls back where the importing thread stands: once, after the first part of a run named "mine" is stored.
    private IDisposable Hear(Action<string> then)
    {
        bool done = false;
        return site.Services.GetRequiredService<RunFeed>().Subscribe(
            update =>
            {
                if (!done && Database().Runs.Any(r => r.Id == update.RunId && r.Name == "mine" && r.State == RunState.Deleted))
                {
                    done = true;
                    then(update.RunId);
                }
                return null;
            },
            _ => Task.CompletedTask);
    }

    // Runs, rows and folders of the storage.
    private string Everything()
    {
        using RilDb db = Database();
        return string.Join(' ', (int[])
        [
            db.Runs.Count(), db.RunTags.Count(), db.Metrics.Count(), db.MetricPoints.Count(), db.MetricBuckets.Count(), db.RunSteps.Count(), db.RunLogLines.Count(), db.CompletionSteps.Count(), db.RunCheckpoints.Count(),
            Directory.GetDirectories(Path.Combine(Storage.Root, "runs")).Length, Directory.GetDirectories(Path.Combine(Storage.Root, "trash")).Length,
        ]);
    }

    private string Bad(string how)
    {
        string folder = Long(5000);
        var files = new RunFolder(folder);
        if (how == "config") File.WriteAllText(files.Config, "{ no json");
        // After so many lines that a part is stored before the fault is seen.
        if (how == "spoilt") File.AppendAllText(files.Events, "no event\n" + WrittenRun.Line(5001, 5001, [("loss", 1)]));
        if (how == "back") File.AppendAllText(files.Events, WrittenRun.Line(7, 5001, [("loss", 1)]));
        return folder;
    }

    private string Long(int steps)
    {
        string folder = Directory.CreateDirectory(_folder.File(Identifier.Create())).FullName;
        var files = new RunFolder(folder);
        File.WriteAllText(files.Config, RunConfigDocument.WriteJson(new RunConfig { Dataset = "quickstart:rl", RunName = "long" }));
        File.WriteAllText(files.Events, string.Concat(Enumerable.Range(1, steps).Select(i => WrittenRun.Line(i, i, [("loss", i)]))));
        return folder;
    }

    private async Task<(int Code, string Output, string Errors)> Import(params string[] arguments)
    {
        (TextWriter output, TextWriter errors) = (Console.Out, Console.Error);
        using StringWriter said = new(), wrong = new();
        Console.SetOut(said);
        Console.SetError(wrong);
        try
        {
            int code = await ImportCommand.Run([.. arguments, $"--Storage:Folder={site.Folder}", $"--contentRoot={SiteFixture.Root()}"]);
            return (code, said.ToString(), wrong.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
        }
    }
}
