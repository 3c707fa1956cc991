using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Tests.Web.Runs;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Jobs;
using RIL.Web.Runs.Log;
using static RIL.Web.Runs.RunState;

namespace RIL.Tests.Web.Jobs;

/// <summary>A site without slots: what is to go on waits in its queue.</summary>
public sealed class IdleSite : IAsyncLifetime
{
    internal OwnSite Site { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Site = await OwnSite.Start();
        using HttpResponseMessage none = await Site.Client.PutAsJsonAsync("/api/v1/system/slots", new { slots = 0 });
        none.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync() => await Site.DisposeAsync();
}

/// <summary>What a site makes of a run whose trainer ended while no site was there: told by the run's folder alone, with the time at which it happened.</summary>
public sealed class RunEndTests(IdleSite idle) : IClassFixture<IdleSite>
{
    private const string Bad = "this is no event\n";
    private static readonly DateTimeOffset Started = new(2026, 3, 6, 17, 0, 0, TimeSpan.Zero), Ended = Started.AddMinutes(10);

    private readonly OwnSite _site = idle.Site;

    public static TheoryData<RunState, string, RunState, string?> Ends() => new()
    {
        // The machine went down.
        { Running, "", Queued, "The site and the trainer went down together; it goes on from its last checkpoint." },
        { Starting, "", Queued, "The site and the trainer went down together; it goes on from its last checkpoint." },
        { Pausing, "", Paused, "The trainer went down before it wrote the checkpoint that it was asked for; the one before is the last." },
        { Stopping, "", Cancelled, "The trainer went down before it wrote the checkpoint that it was asked for; the one before is the last." },
        // It paused: for a person who asked for it here or at a shell, or because the site itself asked when it went down.
        { Running, "paused", Paused, "Paused at step 0; its checkpoint is written." },
        { Running, "paused for the site", Queued, "The site paused it as it went down; it goes on by itself." },
        { Pausing, "paused for the site", Paused, "Paused at step 0; its checkpoint is written." },
        { Stopping, "paused for the site", Cancelled, "Paused at step 0; its checkpoint is written." },
        // It stopped: because the system told every process to end, or for a person.
        { Running, "stopped by SIGTERM", Queued, "The system ended the trainer as it went down; it goes on by itself from the checkpoint that was written." },
        { Pausing, "stopped by SIGTERM", Paused, "Ended by the system (SIGTERM) at step 0; its checkpoint is written." },
        { Stopping, "stopped by SIGTERM", Cancelled, "Ended by the system (SIGTERM) at step 0; its checkpoint is written." },
        { Running, "stopped", Cancelled, "The trainer was asked to stop from outside the site." },
        { Stopping, "stopped", Cancelled, null },
        // It came to its own end.
        { Stopping, "completed", Finished, "Completed." },
        { Running, "failed", Failed, "sft_steps is -1." },
    };

    [Theory, MemberData(nameof(Ends))]
    public async Task TheEnd_IsToldByState_LastEvent_AndWhoAsked(RunState state, string end, RunState expected, string? reason)
    {
        Run run = await Leave(state, Folder(end));
        Run now = await _site.Until(run.Id, r => r.State == expected, mayEnd: false);
        Assert.Equal(reason, now.Reason);
        // Hours may lie between the end and the site's return: they were no work.
        Assert.Equal((Ended - Started).TotalSeconds, now.WorkedSeconds, 0.01);
        Assert.Equal(RunTransitions.IsEnded(expected) ? Ended : null, now.EndedAt);
        Assert.Null(now.ProcessId);
    }

    [Fact]
    public async Task AnEndOfAnEarlierAttempt_IsNotThisOnes()
    {
        Run run = await Leave(Running, Folder("stopped"), attemptFrom: 2);
        Assert.Contains("went down together", (await _site.Until(run.Id, Queued)).Reason, StringComparison.Ordinal);
    }

    [Theory, InlineData(Stopping, Cancelled), InlineData(Pausing, Paused)]
    public async Task WhatIsAskedBeforeTheTrainerIsStarted_HappensWithoutOne(RunState state, RunState expected)
    {
        Run run = await Leave(state, folder => File.Delete(Path.Combine(folder, "trainer.pid")));
        Assert.Null((await _site.Until(run.Id, r => r.State == expected)).Reason);
    }

    [Fact]
    public async Task EventsThatCannotBeRead_FailTheRun_WithASentenceThatSaysWhere()
    {
        Run run = await Leave(Running, folder => File.AppendAllText(new RunFolder(folder).Events, Bad + Bad));
        Run failed = await _site.Until(run.Id, Failed);
        Assert.Matches(@"events\.jsonl: what begins at byte \d+ is no event", failed.Reason);
        Assert.Equal(Ended, failed.EndedAt);
    }

    [Fact]
    public async Task AFailureForWantOfMemory_SaysWhatToDo_WithTheLastLinesOfThisAttempt()
    {
        Run run = await Leave(Running, folder =>
        {
            File.AppendAllText(TrainerOutput.PathIn(folder), "No space left on device"); // said before somebody made room and retried
            TrainerOutput.BeginAttempt(folder);
            File.AppendAllText(TrainerOutput.PathIn(folder), "   at TorchSharp.torch.CheckForErrors()\n");
            Append(folder, new FailedEvent("ExternalException: CUDA out of memory. Tried to allocate 2.00 GiB", "checkpoint-20"));
        });
        string reason = (await _site.Until(run.Id, Failed)).Reason!;
        Assert.StartsWith("The machine ran out of memory", reason, StringComparison.Ordinal);
        Assert.Contains("Tried to allocate 2.00 GiB", reason, StringComparison.Ordinal);
        Assert.Contains("CheckForErrors", reason, StringComparison.Ordinal);
        Assert.DoesNotContain("No space left", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFullDisk_IsNamed_WhateverTheTrainerCouldStillWrite()
    {
        Run run = await Leave(Running, folder =>
        {
            TrainerOutput.BeginAttempt(folder);
            Append(folder, new FailedEvent("IOException: No space left on device : 'model.safetensors'"));
        });
        Assert.StartsWith("The disk is full. Free some space", (await _site.Until(run.Id, Failed)).Reason, StringComparison.Ordinal);
    }

    private static Action<string> Folder(string end) => folder =>
    {
        if (end == "paused for the site") File.WriteAllText(Path.Combine(folder, TrainerProcess.SiteFile), "");
        RunEvent? last = end switch
        {
            "" => null,
            "stopped by SIGTERM" => new FinishedEvent("stopped", Signal: "SIGTERM"),
            "failed" => new FailedEvent("sft_steps is -1."),
            _ => new FinishedEvent(end.Split(' ')[0]),
        };
        if (last is not null) Append(folder, last);
    };

    private static void Append(string folder, RunEvent happened)
    {
        string file = new RunFolder(folder).Events;
        long last = File.Exists(file) ? File.ReadLines(file).Count() : 0;
        File.AppendAllText(file, (happened with { Number = last + 1, Time = Ended }).ToLine() + "\n");
    }

    // As a site that was killed left it: the trainer was started, and is gone.
    private async Task<Run> Leave(RunState state, Action<string> folder, long attemptFrom = 0)
    {
        var databases = _site.Services.GetRequiredService<IDbContextFactory<RilDb>>();
        Run run = new RunMaker(_site.Services.GetRequiredService<Storage>(), databases).Add(Draft);
        string path = _site.Services.GetRequiredService<Storage>().Run(run.Id);
        Append(path, new LogEvent("info", "The trainer is here."));
        using (Process gone = Process.Start("true"))
        {
            await gone.WaitForExitAsync();
            File.WriteAllText(Path.Combine(path, "trainer.pid"), gone.Id.ToString(CultureInfo.InvariantCulture));
        }
        folder(path);
        File.SetLastWriteTimeUtc(new RunFolder(path).Events, Ended.UtcDateTime);
        await using RilDb db = await databases.CreateDbContextAsync();
        Run row = await db.Runs.FirstAsync(r => r.Id == run.Id);
        (row.State, row.Attempt, row.AttemptFrom, row.StartedAt, row.ProcessStartedAt, row.ProcessId) = (state, 1, attemptFrom, Started, Started, 1);
        await db.SaveChangesAsync();
        _site.Services.GetRequiredService<RunQueue>().Wake(run.Id);
        return run;
    }
}
