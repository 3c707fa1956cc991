using Microsoft.EntityFrameworkCore;
using RIL.Training;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Runs.Ingest;
using RIL.Web.Runs.Live;

namespace RIL.Tests.Web.Runs.Ingest;

/// <summary>Whatever becomes of a run's <c>events.jsonl</c> and of its reader, every event that counts is stored once.</summary>
public sealed class EventIngestTests : IDisposable
{
    private readonly WrittenRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task ALineThatGrows_IsTakenWhenItIsWhole()
    {
        _run.Write(1, ("loss", 0.5));
        string line = WrittenRun.Line(2, 2, [("loss", 0.25)]);
        foreach (char c in line)
        {
            Assert.Equal([(1L, 0.5)], (await Read("loss"))[..1]);
            Assert.Equal(1, _run.Load().LastEvent);
            _run.Write(c.ToString());
        }
        Assert.Equal([(1L, 0.5), (2L, 0.25)], await Read("loss"));
        Assert.Equal(0, (await _run.Read()).Events);
    }

    [Fact]
    public async Task ASpoiltLastLine_Waits_UntilTheTrainerCutItOff()
    {
        _run.Write(1, ("loss", 0.5));
        long good = new FileInfo(_run.File).Length;
        _run.Write("{\"kind\":\"metrics\",\"n\":2,\0\0\0\n");
        Assert.Equal([(1L, 0.5)], await Read("loss"));
        Assert.False((await _run.Read()).More);
        using (FileStream file = File.OpenWrite(_run.File)) file.SetLength(good);
        _run.Write(2, ("loss", 0.25));
        Assert.Equal([(1L, 0.5), (2L, 0.25)], await Read("loss"));
    }

    [Fact]
    public async Task KindsAndMembersThatOnlyALaterTrainerWrites_ArePassedOver()
    {
        _run.Write(1, ("loss", 0.5));
        _run.Write(new HistogramEvent("ril", 1, "gradients/merger", [-3, -2, -1], [4, 5], 6));
        _run.Write(new ProgressEvent("ril", 1, 9, null, new StepPart(3, 8, "questions")));
        _run.Write($$"""{"kind":"spectrum","n":{{++_run.Number}},"time":"2030-01-01T00:00:00Z","values":[1,{"x":2}]}""" + "\n");
        _run.Write(5, ("loss", 0.25));

        Assert.Equal([(1L, 0.5), (5L, 0.25)], await Read("loss"));
        Assert.Equal((5, "ril", 1, 9), (_run.Load().LastEvent, _run.Load().Stage, _run.Load().StageStep, _run.Load().StageTotal));
    }

    [Fact]
    public async Task ASpoiltLineInTheMiddle_IsRefusedWithItsPlace_AndWhatCameBeforeItIsStored()
    {
        _run.Write(1, ("loss", 0.5));
        _run.Write(2, ("loss", 0.25));
        long place = new FileInfo(_run.File).Length;
        _run.Write("no event\n");
        _run.Write(3, ("loss", 0.125));
        for (int time = 0; time < 2; time++)
        {
            var refused = await Assert.ThrowsAsync<InputException>(_run.Read);
            Assert.Contains($"{_run.File}: what begins at byte {place} is no event", refused.Message, StringComparison.Ordinal);
        }
        Assert.Equal([(1L, 0.5), (2L, 0.25)], _run.Values("loss"));
        Assert.Equal(2, _run.Load().LastEvent);
    }

    [Fact]
    public async Task ANumberThatGoesBack_IsRefused_WhereverTheReaderStoodThen()
    {
        // As many lines as are read at once: the next reading begins with the number that goes back.
        for (int step = 1; step <= 4000; step++) _run.Write(step, ("loss", step));
        _run.Number = 16;
        _run.Write(4001, ("loss", 0));
        for (int time = 0; time < 2; time++) Assert.Contains("event 17 comes after event 4000", (await Assert.ThrowsAsync<InputException>(_run.Read)).Message, StringComparison.Ordinal);
        Assert.Equal(4000, _run.Values("loss").Length);

        using var other = new WrittenRun();
        other.Write(1, ("loss", 1));
        other.Write(2, ("loss", 2));
        other.Number = 1;
        other.Write(3, ("loss", 3));
        Assert.Contains("event 2 comes after event 2", (await Assert.ThrowsAsync<InputException>(other.Read)).Message, StringComparison.Ordinal);
        Assert.Equal([(1L, 1.0), (2L, 2.0)], other.Values("loss"));
    }

    [Fact]
    public async Task AReaderThatIsKilledBetweenBatches_IsFollowedByOneThatGoesOn()
    {
        for (int step = 1; step <= 9000; step++)
        {
            if (step % 3000 == 0) _run.Write(new LogEvent("info", $"at {step}"));
            _run.Write(step, ("loss", step));
        }
        var events = new List<int>();
        for (IngestResult part = await _run.ReadOnce(); part.Events > 0; part = await _run.ReadOnce()) events.Add(part.Events);
        Assert.Equal([4000, 4000, 1003], events);
        Assert.Equal(Enumerable.Range(1, 9000).Select(s => ((long)s, (double)s)), _run.Values("loss"));
        Assert.Equal(["at 3000", "at 6000", "at 9000"], _run.Log());
        Assert.Equal((9003L, 9000L, new FileInfo(_run.File).Length), (_run.Load().LastEvent, _run.Load().Step, _run.Load().EventsOffset));
    }

    [Fact]
    public async Task ALineLongerThanWhatIsReadAtOnce_IsTakenWhole()
    {
        string text = string.Concat(Enumerable.Range(0, 400_000).Select(i => $"{i} "));
        _run.Write(1, ("loss", 1));
        _run.Write(new LogEvent("info", text));
        _run.Write(2, [.. Enumerable.Range(0, 70_000).Select(i => ($"mine/{i}", (double)i))]);
        _run.Write(3, ("loss", 3));
        Assert.Equal([(1L, 1.0), (3L, 3.0)], await Read("loss"));
        Assert.Equal([text], _run.Log());
        Assert.Equal([(2L, 69_999.0)], _run.Values("mine/69999"));
        Assert.Equal(70_002, (await _run.Store.Summaries(_run.Id)).Sum(m => m.Count));
    }

    [Fact]
    public async Task WhatPythonWritesForNoNumber_IsAMarkedGap()
    {
        _run.Write(1, ("loss", double.NaN), ("reward", double.NegativeInfinity), ("kl", 1));
        _run.Write(2, ("loss", double.PositiveInfinity), ("reward", 2), ("kl", 2));
        _run.Write("""{"kind":"metrics","n":3,"time":"2026-01-01T00:00:00Z","stage":"ril","step":3,"metrics":{"loss":null,"reward":"NaN","kl":3}}""" + "\n");
        Assert.Equal([(1L, double.NaN), (2L, double.NaN), (3L, double.NaN)], await Read("loss"));
        Assert.Equal([(1L, double.NaN), (2L, 2.0), (3L, double.NaN)], _run.Values("reward"));
        Assert.Equal([("kl", 3L, 0L, (double?)1, (double?)3), ("loss", 3, 3, null, null), ("reward", 3, 2, 2, 2)], (await _run.Store.Summaries(_run.Id)).Select(m => (m.Name, m.Count, m.NotANumber, m.Min, m.Max)));
    }

    [Fact]
    public async Task AResumption_MakesVoidWhatCameAfterItsCheckpoint_ButWhatAPersonKeepsStays()
    {
        for (int step = 1; step <= 5; step++) _run.Write(step, ("loss", step));
        long from = _run.Write(new CheckpointEvent(5, "checkpoint-5"));
        _run.Write(new LogEvent("info", "void"));
        _run.Write(new CompletionsEvent(7, "completions/7.parquet", 8));
        for (int step = 6; step <= 8; step++) _run.Write(step, ("loss", step), ("late", step));
        _run.Write(new CheckpointEvent(7, "checkpoint-7"));
        _run.Write(new CheckpointEvent(8, "checkpoint-8"));
        await _run.Read();
        using (RilDb db = _run.Database) db.RunCheckpoints.Where(c => c.Step == 8).ExecuteUpdate(c => c.SetProperty(x => x.Kept, true));
        var told = new TaskCompletionSource<RunUpdate>();
        using IDisposable ear = _run.Feed.Subscribe(_run.Id, update => { told.TrySetResult(update); return Task.CompletedTask; });

        _run.Write(new ResumedEvent(from, 5, "checkpoint-5", "cpu"));
        _run.Write(6, ("loss", 60));
        await _run.Read();

        Assert.Equal([(1L, 1.0), (2, 2), (3, 3), (4, 4), (5, 5), (6, 60)], _run.Values("loss"));
        Assert.Empty(_run.Values("late"));
        Assert.Equal(["Checkpoint checkpoint-5 is complete.", "Goes on from checkpoint-5, step 5."], _run.Log());
        Assert.Equal(6, _run.Load().Step);
        using (RilDb db = _run.Database)
        {
            Assert.Equal([5L, 8L], db.RunCheckpoints.OrderBy(c => c.Step).Select(c => c.Step));
            Assert.Empty(db.CompletionSteps);
        }
        RunUpdate news = await told.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(5, news.RewoundTo);
        Assert.Equal([new LiveValue("loss", 6, 60)], news.Values);
    }

    [Fact]
    public async Task AResumptionWithoutACheckpoint_BeginsAgain()
    {
        _run.Write(new StageEvent("sft", 3));
        for (int step = 0; step <= 3; step++) _run.Write(step, ("loss", step));
        await _run.Read();
        _run.Write(new ResumedEvent(0, 0, null, "cpu"));
        _run.Write(new StageEvent("sft", 3));
        _run.Write(1, ("loss", 10));
        await _run.Read();
        Assert.Equal([(1L, 10.0)], _run.Values("loss"));
        Assert.Equal(["Begins again: there was no checkpoint yet.", "Stage SFT begins: 3 steps."], _run.Log());
        Assert.Single(StageHistory.Read(_run.Load().Stages));
    }

    [Fact]
    public async Task AFileThatLostItsEnd_IsBelievedAsItIsNow()
    {
        long[] ends = [.. Enumerable.Range(1, 10).Select(step => { _run.Write(step, ("loss", step)); return new FileInfo(_run.File).Length; })];
        await _run.Read();
        using (FileStream file = File.OpenWrite(_run.File)) file.SetLength(ends[5]);
        Assert.Equal(6, (await Read("loss")).Length);
        Assert.Equal((6L, 6L), (_run.Load().LastEvent, _run.Load().Step));
        _run.Number = 6;
        _run.Write(7, ("loss", 70));
        Assert.Equal((7L, 70.0), (await Read("loss"))[^1]);
        using (FileStream file = File.OpenWrite(_run.File)) file.SetLength(0);
        Assert.Empty(await Read("loss"));
        Assert.Equal((0L, 0L, 0L), (_run.Load().LastEvent, _run.Load().Step, _run.Load().EventsOffset));
    }

    [Theory]
    [InlineData(0, "a value longer than before")]
    [InlineData(100, "1")]
    public async Task AFileThatWasReplaced_IsReadFromItsBeginning(int numbersFrom, string note)
    {
        for (int step = 1; step <= 10; step++) _run.Write(step, ("loss", step % 10));
        await _run.Read();
        // In the second case line ends lie where they lay: only the numbers tell.
        string other = string.Concat(Enumerable.Range(1, 12).Select(i => WrittenRun.Line(numbersFrom + i, i, [(numbersFrom > 0 ? "loss" : note, i % 10)])));
        await File.WriteAllTextAsync(_run.File, other, TestContext.Current.CancellationToken);
        string metric = numbersFrom > 0 ? "loss" : note;
        Assert.Equal(Enumerable.Range(1, 12).Select(i => ((long)i, (double)(i % 10))), await Read(metric));
        Assert.Equal(numbersFrom + 12, _run.Load().LastEvent);
        Assert.Single(await _run.Store.Summaries(_run.Id));
    }

    [Fact]
    public async Task WhatIsVoid_GoesInShortTransactions_BetweenWhichOthersWrite_AndAKillInBetweenLosesNothing()
    {
        string[] names = [.. Enumerable.Range(0, 25).Select(i => $"mine/{i}")];
        for (int step = 1; step <= 1000; step++) _run.Write(step, names.Select(n => (n, (double)step)));
        await _run.Read();
        _run.Write(new ResumedEvent(0, 0, null, "cpu"));
        _run.Write(1, ("mine/0", 10));

        using (var killed = new CancellationTokenSource())
        {
            IDisposable first = await _run.Gate.Enter(killed.Token);
            Task reading = _run.ReadOnce(killed.Token);
            Task<IDisposable> second = _run.Gate.Enter(killed.Token);
            first.Dispose();
            // It has its turn between two parts of the reader's work.
            using (await second)
            {
                await killed.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
            }
        }
        // Half of it is gone, and what is left is whole.
        long left = (await _run.Store.Summaries(_run.Id)).Sum(m => m.Count);
        Assert.InRange(left, 1, 24_999);
        foreach (string name in names) Assert.Equal((await _run.Store.Summaries(_run.Id)).FirstOrDefault(m => m.Name == name)?.Count ?? 0, _run.Values(name).Length);

        Assert.Equal([(1L, 10.0)], await Read("mine/0"));
        Assert.Single(await _run.Store.Summaries(_run.Id));
        Assert.Equal(["Begins again: there was no checkpoint yet."], _run.Log());
    }

    private async Task<(long Step, double Value)[]> Read(string metric)
    {
        await _run.Read();
        return _run.Values(metric);
    }
}
