using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RIL.Tests.Web.Runs;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Jobs;

namespace RIL.Tests.Web.Jobs;

/// <summary>Site and trainers going down, with the real trainer: what the site or the system ended goes on by itself, what a person ended does not.</summary>
public sealed class ShutdownTests : IAsyncLifetime
{
    private OwnSite _site = null!;

    public async ValueTask InitializeAsync() => _site = await OwnSite.Start();

    public async ValueTask DisposeAsync()
    {
        foreach (string file in Directory.GetFiles(_site.Folder, "trainer.pid", SearchOption.AllDirectories)) FaultTests.KillTrainer(Path.GetDirectoryName(file)!);
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task TrainersAreAsked_AsSoonAsTheSiteIsToldToEnd()
    {
        string id = await _site.Create(OwnSite.LongRun);
        await _site.Until(id, AtWork);
        // Nothing is stopped yet: open connections may keep the site from that for long.
        _site.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Run run = await _site.Until(id, RunState.Queued);
        Assert.Equal("The site paused it as it went down; it goes on by itself.", run.Reason);
        Assert.Equal(1, run.Attempt);
    }

    [Fact]
    public async Task ATrainerThatNeedsLongerThanTheShutdown_IsNoReasonForARunToStayPaused()
    {
        await _site.End();
        await _site.Begin("Runs:ShutdownSeconds=1");
        string id = await _site.Create(OwnSite.LongRun);
        int trainer = (await _site.Until(id, AtWork)).ProcessId!.Value;
        await Signal("STOP", trainer);
        await _site.End();
        await Signal("CONT", trainer);
        await RunFaultTests.Ended(trainer);
        await _site.Begin();
        Run run = await _site.Until(id, r => AtWork(r) && r.Attempt == 2, mayEnd: true);
        Assert.Null(run.Reason);
    }

    [Fact]
    public async Task ASignalOfTheSystem_AndAPersonsRequest_AreTwoThings()
    {
        await _site.End();
        await _site.Begin("Runs:OnShutdown=Leave");
        string id = await _site.Create(OwnSite.LongRun);
        string folder = _site.Services.GetRequiredService<Storage>().Run(id);

        // The machine goes down after the site: it goes on by itself.
        int trainer = (await _site.Until(id, AtWork)).ProcessId!.Value;
        await _site.End();
        await Signal("TERM", trainer);
        await RunFaultTests.Ended(trainer);
        await _site.Begin("Runs:OnShutdown=Leave");
        trainer = (await _site.Until(id, r => AtWork(r) && r.Attempt == 2)).ProcessId!.Value;

        // The machine goes down with the site.
        await Signal("TERM", trainer);
        await _site.End();
        await _site.Begin("Runs:OnShutdown=Leave");
        trainer = (await _site.Until(id, r => AtWork(r) && r.Attempt == 3)).ProcessId!.Value;

        // Somebody ends the trainer while the site stays.
        await Signal("TERM", trainer);
        Assert.Contains("told to end from outside the site", (await _site.Until(id, RunState.Cancelled)).Reason, StringComparison.Ordinal);

        // Somebody stops it by the trainer's own command while the site is away.
        Assert.Null(await _site.Act(id, "resume"));
        trainer = (await _site.Until(id, r => AtWork(r) && r.Attempt == 4)).ProcessId!.Value;
        await _site.End();
        RunControl.Send(folder, RIL.Training.Runs.RunRequest.Stop);
        await RunFaultTests.Ended(trainer);
        await _site.Begin();
        Assert.Contains("asked to stop from outside the site", (await _site.Until(id, RunState.Cancelled)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheEndOfTheSite_EndsStreamsOfEventsInOrder()
    {
        string id = new RunMaker(_site.Services.GetRequiredService<Storage>(), _site.Services.GetRequiredService<IDbContextFactory<RilDb>>()).Add(RunState.Draft).Id;
        await using Stream news = await _site.Client.GetStreamAsync($"/api/v1/runs/{id}/events");
        using var reader = new StreamReader(news);
        Assert.NotNull(await reader.ReadLineAsync());
        Task end = _site.End();
        await reader.ReadToEndAsync(); // an end by force would be a fault here
        await end;
    }

    [Fact]
    public async Task ATrainerThatDoesNotStop_IsEndedByForce()
    {
        await _site.End();
        await _site.Begin("Runs:StopSeconds=1");
        string id = await _site.Create(OwnSite.LongRun);
        int trainer = (await _site.Until(id, AtWork)).ProcessId!.Value;
        await Signal("STOP", trainer);
        Assert.Null(await _site.Act(id, "stop"));
        Run run = await _site.Until(id, RunState.Cancelled);
        Assert.Equal("The trainer wrote no checkpoint within 1 s and was ended by force; the one before is the last.", run.Reason);
        Assert.Null(ProcessIdentity.Of(trainer));
    }

    private static bool AtWork(Run run) => run is { State: RunState.Running, StageStep: > 0 };

    private static async Task Signal(string signal, int process)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }
}
