using System.Diagnostics;
using System.Runtime.CompilerServices;
using Hangfire;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Jobs;
using RIL.Web.Runs.Log;

namespace RIL.Tests.Web.Jobs;

/// <summary>Faults around a trainer that works: its events, the database, the disk. People's wishes reach it all the same, and no fault keeps a slot for ever.</summary>
public sealed class RunFaultTests : IAsyncLifetime
{
    private OwnSite _site = null!;

    public async ValueTask InitializeAsync() => _site = await OwnSite.Start();

    public async ValueTask DisposeAsync()
    {
        foreach (string file in Directory.GetFiles(_site.Folder, "trainer.pid", SearchOption.AllDirectories)) FaultTests.KillTrainer(Path.GetDirectoryName(file)!);
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task EventsThatCannotBeRead_EndTheTrainer_AndFailTheRun()
    {
        (string id, int trainer) = await Start();
        // More than the trainer writes over: it goes on where it was.
        using (var file = new FileStream(new RunFolder(Folder(id)).Events, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
            for (int i = 0; i < 100; i++) file.Write([.. Enumerable.Repeat((byte)'x', 9999), (byte)'\n']);
        Run failed = await _site.Until(id, RunState.Failed);
        Assert.Contains("is no event", failed.Reason, StringComparison.Ordinal);
        Assert.Null(ProcessIdentity.Of(trainer));
        AssertNoJobFailed();
    }

    [Fact]
    public async Task WhileNothingCanBeStored_AStopReachesTheTrainer_AndWhatItSaidIsStoredLater()
    {
        (string id, int trainer) = await Start();
        Execute("CREATE TRIGGER fault BEFORE INSERT ON RunSteps BEGIN SELECT RAISE(ABORT, 'a fault'); END");
        Assert.Null(await _site.Act(id, "stop"));
        await Ended(trainer);
        Assert.Equal(RunState.Stopping, (await _site.Load(id)).State);
        Execute("DROP TRIGGER fault");
        Run run = await _site.Until(id, RunState.Cancelled);
        Assert.Equal(File.ReadLines(new RunFolder(Folder(id)).Events).Count(), run.LastEvent);
        AssertNoJobFailed();
    }

    [Fact]
    public async Task AFaultThatLasts_EndsTheTrainer_AndFailsTheRun_WithTheFault()
    {
        await _site.End();
        await _site.Begin("Runs:FaultSeconds=1");
        (string id, int trainer) = await Start();
        Execute("CREATE TRIGGER fault BEFORE INSERT ON RunSteps BEGIN SELECT RAISE(ABORT, 'a fault of the database'); END");
        Run failed = await _site.Until(id, RunState.Failed);
        Assert.Contains("a fault of the database", failed.Reason, StringComparison.Ordinal);
        Assert.Null(ProcessIdentity.Of(trainer));
        AssertNoJobFailed();

        // Once it is mended, the run goes on, and what was said before is no end of the new attempt.
        Execute("DROP TRIGGER fault");
        Assert.Null(await _site.Act(id, "retry"));
        await _site.Until(id, r => AtWork(r) && r.Attempt == 2);
    }

    [Fact]
    public async Task ACrash_IsExplained_ByWhatThisAttemptPrinted()
    {
        (string id, _) = await Start();
        File.AppendAllText(TrainerOutput.PathIn(Folder(id)), "terminate called after throwing an instance of 'std::bad_alloc'\n");
        FaultTests.KillTrainer(Folder(id));
        Assert.StartsWith("The machine ran out of memory", (await _site.Until(id, RunState.Failed)).Reason, StringComparison.Ordinal);
        Assert.Null(await _site.Act(id, "retry"));
        await _site.Until(id, r => AtWork(r) && r.Attempt == 2);
        FaultTests.KillTrainer(Folder(id));
        Assert.StartsWith("The trainer was killed from outside (signal 9)", (await _site.Until(id, RunState.Failed)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACrashBeforeTheFirstWord_IsNotExplainedByTheLastWordsOfTheAttemptBefore()
    {
        (string id, _) = await Start();
        Assert.Null(await _site.Act(id, "stop"));
        await _site.Until(id, RunState.Cancelled);
        Assert.Null(await _site.Act(id, "resume"));
        await _site.Until(id, r => r.Attempt == 2);
        while (!FaultTests.KillTrainer(Folder(id))) await Task.Delay(1, TestContext.Current.CancellationToken);
        Assert.StartsWith("The trainer was killed from outside (signal 9)", (await _site.Until(id, RunState.Failed)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADiskThatIsFull_IsNamed_AndTheRunGoesOnWhenThereIsRoom()
    {
        const string Full = "/dev/full"; // Linux has a device that takes nothing, for this very purpose
        if (!File.Exists(Full)) return;
        (string id, _) = await Start();
        for (int step = 20; step <= 1000; step += 20)
        {
            string next = Path.Combine(Folder(id), $".tmp-checkpoint-{step}");
            Directory.CreateDirectory(next);
            File.CreateSymbolicLink(Path.Combine(next, "optimizer.safetensors"), Full);
        }
        Run failed = await _site.Until(id, RunState.Failed);
        Assert.StartsWith("The disk is full. Free some space", failed.Reason, StringComparison.Ordinal);
        Assert.Null(await _site.Act(id, "retry"));
        await _site.Until(id, r => AtWork(r) && r.Attempt == 2);
    }

    [Fact]
    public async Task ALeaseThatSomebodyElseTook_IsLetGo_AndTakenUpOnceItIsFree_WithWhatWasSaidMeanwhile()
    {
        (string id, int trainer) = await Start();
        var follower = _site.Services.GetRequiredService<RunFollower>();
        Execute("UPDATE Runs SET LeaseOwner = 'elsewhere|1|1', LeaseUntil = 4102444800000, Fence = Fence + 1");
        await Until(() => !follower.Following.Contains(id));
        long stored = (await _site.Load(id)).LastEvent;
        string events = new RunFolder(Folder(id)).Events;
        await Until(() => Lines(events) > stored + 5);
        Assert.Equal((stored, RunState.Running), ((await _site.Load(id)).LastEvent, (await _site.Load(id)).State));
        Assert.NotNull(ProcessIdentity.Of(trainer));

        Execute("UPDATE Runs SET LeaseUntil = 0");
        await _site.Until(id, r => r.LastEvent > stored + 5);
        Assert.Null(await _site.Act(id, "stop"));
        Run ended = await _site.Until(id, RunState.Cancelled);
        Assert.Equal((1, Lines(events)), (ended.Attempt, ended.LastEvent));
        AssertNoJobFailed();
    }

    private async Task<(string Id, int Trainer)> Start()
    {
        string id = await _site.Create(OwnSite.LongRun);
        return (id, (await _site.Until(id, AtWork)).ProcessId!.Value);
    }

    private static bool AtWork(Run run) => run is { State: RunState.Running, StageStep: > 0 };

    private string Folder(string id) => _site.Services.GetRequiredService<Storage>().Run(id);

    private void AssertNoJobFailed() => Assert.Equal(0, _site.Services.GetRequiredService<JobStorage>().GetMonitoringApi().FailedCount());

    private void Execute(string sql)
    {
        using SqliteConnection connection = _site.Services.GetRequiredService<SqliteConnections>().Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    // The trainer writes on meanwhile; a line is counted once its end is there.
    private static long Lines(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().LongCount(c => c == '\n');
    }

    internal static Task Ended(int process) => Until(() => ProcessIdentity.Of(process) is null);

    // Another process tells nobody of what it does, nor of its end.
    private static async Task Until(Func<bool> holds, [CallerArgumentExpression(nameof(holds))] string what = "")
    {
        for (var watch = Stopwatch.StartNew(); !holds();)
        {
            if (watch.Elapsed > TimeSpan.FromMinutes(1)) throw new TimeoutException($"It does not come to {what}.");
            await Task.Delay(20);
        }
    }
}
