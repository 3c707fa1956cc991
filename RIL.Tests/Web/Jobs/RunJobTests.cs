using System.Diagnostics;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace RIL.Tests.Web.Jobs;

/// <summary>Runs as jobs, with the real trainer: whatever happens to trainer and site, a run ends as it should and has measured the same.</summary>
public sealed class RunJobTests : IAsyncLifetime
{
    private OwnSite _site = null!;

    public async ValueTask InitializeAsync() => _site = await OwnSite.Start();

    public async ValueTask DisposeAsync() => await _site.DisposeAsync();

    [Fact]
    public async Task ARun_GoesFromTheQueueToItsEnd_AndWhatDisturbsItChangesNothing()
    {
        string calm = await _site.Create(name: "calm");
        Run finished = await _site.Until(calm, RunState.Finished);
        Assert.Equal(1, finished.Attempt);
        Assert.NotNull(finished.Summary);
        Assert.True(finished.WorkedSeconds > 0);
        string[] expected = await _site.Measured(calm);
        Assert.True(expected.Length > 100, $"{expected.Length} values");

        // Paused and resumed.
        string disturbed = await _site.Create(name: "disturbed");
        await _site.Until(disturbed, AtWork);
        Assert.Null(await _site.Act(disturbed, "pause"));
        await _site.Until(disturbed, RunState.Paused);
        Assert.Null(await _site.Act(disturbed, "resume"));

        // The trainer killed: the run says so, and goes on when asked.
        await _site.Until(disturbed, r => AtWork(r) && r.Attempt == 2);
        Kill(disturbed);
        Run failed = await _site.Until(disturbed, r => r.State == RunState.Failed);
        Assert.Contains("signal 9", failed.Reason, StringComparison.Ordinal);
        Assert.Null(await _site.Act(disturbed, "retry"));

        // The site shut down in the middle: it goes on by itself.
        await _site.Until(disturbed, r => AtWork(r) && r.Attempt == 3);
        await _site.End();
        await _site.Begin();
        Run ended = await _site.Until(disturbed, RunState.Finished);
        Assert.Equal(4, ended.Attempt);
        Assert.Equal(expected, await _site.Measured(disturbed));
    }

    [Fact]
    public async Task ATrainer_OutlivesASiteThatLeavesIt_AndIsFoundAgain()
    {
        await _site.End();
        await _site.Begin("Runs:OnShutdown=Leave");
        string id = await _site.Create();
        Run before = await _site.Until(id, AtWork);
        await _site.End();
        using (Process trainer = Process.GetProcessById(before.ProcessId!.Value)) Assert.False(trainer.HasExited);
        await _site.Begin();
        Run ended = await _site.Until(id, RunState.Finished);
        Assert.Equal(1, ended.Attempt);
        Assert.NotNull(ended.Summary);
    }

    [Fact]
    public async Task ARunThatIsStopped_IsCancelled_AndKeepsACheckpoint()
    {
        string id = await _site.Create();
        await _site.Until(id, AtWork);
        Assert.Null(await _site.Act(id, "stop"));
        Run run = await _site.Until(id, r => r.State == RunState.Cancelled);
        Assert.Null(run.ProcessId);
        Assert.NotEmpty(Directory.GetDirectories(_site.Services.GetRequiredService<Storage>().Run(id), "checkpoint-*"));
        Assert.Contains("ended already", await _site.Act(id, "stop"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunsWaitForASlot_SayForWhat_AndChangePlaces()
    {
        string first = await _site.Create(name: "first");
        await _site.Until(first, AtWork);
        string second = await _site.Create(name: "second"), third = await _site.Create(name: "third");
        var queue = _site.Services.GetRequiredService<QueueService>();
        IReadOnlyList<WaitingRun> waiting = await queue.List();
        Assert.Equal([second, third], waiting.Select(w => w.Id));
        Assert.Equal("Waits for a slot: 1 of 1 used by first.", waiting[0].Waits);
        Assert.Equal("Waits for a slot: 1 of 1 used by first; one run is before it.", waiting[1].Waits);

        using HttpResponseMessage moved = await System.Net.Http.Json.HttpClientJsonExtensions.PutAsJsonAsync(_site.Client, $"/api/v1/queue/{third}", new { before = second });
        Assert.True(moved.IsSuccessStatusCode);
        Assert.Equal([third, second], (await queue.List()).Select(w => w.Id));
        await queue.SetPriority(second, 1);
        Assert.Equal([second, third], (await queue.List()).Select(w => w.Id));
        Assert.Null(await _site.Act(second, "stop"));
        Assert.Null(await _site.Act(first, "stop"));
        await _site.Until(third, AtWork);
        Assert.Equal(RunState.Cancelled, (await _site.Load(second)).State);
        Assert.Null(await _site.Act(third, "stop"));
        await _site.Until(third, r => r.State == RunState.Cancelled);
    }

    [Fact]
    public async Task ARunWhoseInputIsGone_FailsWithTheTrainersSentence()
    {
        string id = await _site.Create("""{"dataset": "quickstart:nothing"}""");
        Run run = await _site.Until(id, r => r.State == RunState.Failed);
        Assert.Contains("nothing", run.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Reason, StringComparison.Ordinal);
    }

    private static bool AtWork(Run run) => run is { State: RunState.Running, StageStep: > 0 };

    private void Kill(string id)
    {
        using Process trainer = Process.GetProcessById(_site.Load(id).Result.ProcessId!.Value);
        trainer.Kill();
    }
}
