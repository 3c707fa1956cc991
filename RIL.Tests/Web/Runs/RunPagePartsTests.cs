using RIL.Training.Configuration;
using RIL.Training.Runs;
using RIL.Web.Accounts;
using RIL.Web.Runs;
using RIL.Web.Runs.Ingest;
using RIL.Web.Runs.Live;
using RIL.Web.Runs.Log;
using RIL.Web.Runs.Pages;

namespace RIL.Tests.Web.Runs;

public sealed class RunPagePartsTests
{
    private static readonly RunConfig Ril = new() { SftSteps = 5, Teachers = [new TeacherSource("A", "a.jsonl")] };

    [Theory]
    [InlineData(RunState.Running, "Pause", "Stop,Clone", "")]
    [InlineData(RunState.Failed, "Retry", "Clone", "Archive,Delete")]
    [InlineData(RunState.Finished, "Clone", "", "Archive,Delete")]
    [InlineData(RunState.Draft, "Start", "Clone", "Archive,Delete")]
    [InlineData(RunState.Deleted, "Restore", "", "")]
    public void Actions_AreThoseOfTheState(RunState state, string first, string beside, string menu)
    {
        RunActionList list = RunActionList.Of(state, UserRole.Member);
        Assert.Equal((first, beside, menu), ($"{list.First}", string.Join(',', list.Beside), string.Join(',', list.Menu)));
    }

    [Fact]
    public void EveryActionThatIsOffered_IsAllowed()
    {
        foreach (RunState state in Enum.GetValues<RunState>())
        {
            RunActionList list = RunActionList.Of(state, UserRole.Administrator);
            Assert.All(list.Beside.Concat(list.Menu).Append(list.First!.Value), action => Assert.NotNull(RunTransitions.Of(state, action).Next));
            RunActionList viewer = RunActionList.Of(state, UserRole.Viewer);
            Assert.Null(viewer.First);
            Assert.Empty(viewer.Beside);
            Assert.Empty(viewer.Menu);
        }
    }

    [Fact]
    public void TheStageLine_ShowsWhatIsDone_WhatIsWorkedOn_AndWhatIsAhead()
    {
        var now = new RunProgress(RunState.Running, null, "ril", 62, 100, 40, 200);
        IReadOnlyList<StageOnLine> line = StageLine.Of(Ril, now, [new RunStage("discriminator", 30, 9, 2, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(12), new Dictionary<string, double> { ["discriminator/accuracy"] = 0.95 })], 25_600, [new ModelAccuracy("sft", 0.684, new Dictionary<string, double>(), 100)]);

        Assert.Equal(["SFT", "Teachers", "Discriminator", "RIL", "Evaluate"], line.Select(s => s.Name));
        Assert.Equal(["68.4", "25\u202f600 answers", "0.95", "62.0\u202f%", null], line.Select(s => s.Result));
        Assert.Equal([StageState.Done, StageState.Done, StageState.Done, StageState.Now, StageState.Ahead], line.Select(s => s.State));
        Assert.Contains("done in 12 s", line[2].Explanation, StringComparison.Ordinal);
        Assert.All(StageLine.Of(Ril, now with { State = RunState.Finished }, [], null, []), s => Assert.Equal(StageState.Done, s.State));
    }

    [Fact]
    public void Settings_AreComparedWithTheDefaultAndWithTheParent()
    {
        RunConfig parent = new() { Beta = 0.5, LearningRate = 7e-5 };
        IReadOnlyList<SettingRow> rows = ConfigDiff.Of(parent with { Beta = 0.1 }, parent);

        Assert.Equal(["beta"], rows.Where(r => r.Differs).Select(r => r.Key));
        Assert.Equal(("0.1", "0.5"), (rows.Single(r => r.Key == "beta").Value, rows.Single(r => r.Key == "beta").Parent));
        Assert.Equal(["beta", "learning_rate"], rows.Where(r => r.Changed).Select(r => r.Key).Order());
        Assert.DoesNotContain(rows, r => r.Key is "output_dir" or "run_name");
        Assert.All(rows, r => Assert.NotEmpty(r.Effect));
        Assert.All(ConfigDiff.Of(parent, null), r => Assert.False(r.Differs));
    }

    [Fact]
    public void EverySetting_StandsUnderAHeading()
    {
        Assert.All(ConfigDiff.Of(new RunConfig(), null), r => Assert.Contains(ConfigGroups.Of(r.Key), ConfigGroups.Headings));
        Assert.Equal("Discriminator", ConfigGroups.Of("discriminator_steps"));
    }

    [Fact]
    public void TheClosingTable_HasAColumnAModelAndARowAType()
    {
        var summary = new RunSummary([
            new ModelAccuracy("before", 0.7, new Dictionary<string, double> { ["sum"] = 0.2 }, 10),
            new ModelAccuracy("ril", 0.8, new Dictionary<string, double> { ["sum"] = 0.9, ["cost"] = 0.5 }, 10),
            new ModelAccuracy("A", 0.9, new Dictionary<string, double> { ["sum"] = 1 }, 10)]);

        ClosingTable table = ClosingTable.Of(summary);

        Assert.Equal(["before", "RIL", "teacher A"], table.Columns.Select(c => c.Word));
        Assert.Equal([ClosingTable.All, "cost", "sum"], table.Rows.Select(r => r.Type));
        Assert.Equal([null, 0.5, null], table.Rows[1].Values);
        Assert.Null(ClosingTable.OfMetrics(new Dictionary<string, double>(), new Dictionary<string, double>()));
        Assert.Equal(["before", "now"], ClosingTable.OfMetrics(new Dictionary<string, double> { ["eval/accuracy"] = 0.1 }, new Dictionary<string, double> { ["eval/accuracy"] = 0.2 })!.Columns.Select(c => c.Word));
    }

    [Fact]
    public void News_AreToldByKind_AndOnlyAPersonsOrANewStateReadTheRecordAgain()
    {
        var run = new Run { Id = "abcdefghjk", Name = "x", Config = "{}", State = RunState.Running, Stage = "ril", LastEvent = 5 };
        var view = new RunView(run);
        RunPageChange told = RunPageChange.None;
        string[] moved = [];
        view.Changed += (change, metrics) => (told, moved) = (told | change, [.. metrics]);
        RunUpdate values = RunUpdate.Of(run) with { LastEvent = 6, Values = [new LiveValue("loss", 1, 0.5)] };

        Assert.False(view.Apply(values, DateTimeOffset.UnixEpoch));
        Assert.Equal(RunPageChange.Values, told);
        Assert.Equal(["loss"], moved);
        Assert.Equal(0.5, view.Latest["loss"]);
        Assert.True(view.Apply(values with { Values = [] }, DateTimeOffset.UnixEpoch)); // renamed meanwhile
        told = RunPageChange.None;
        Assert.True(view.Apply(values with { LastEvent = 7, Values = [], RewoundTo = 3 }, DateTimeOffset.UnixEpoch)); // what was known may be void
        Assert.True(told.HasFlag(RunPageChange.Completions | RunPageChange.Log));
        Assert.True(view.Apply(values with { LastEvent = 8, Progress = values.Progress with { State = RunState.Failed } }, DateTimeOffset.UnixEpoch));
    }

    [Theory]
    [InlineData(RunHistories.Metrics, null, RunPageChange.Values)]
    [InlineData(RunHistories.Log, null, RunPageChange.Log)]
    [InlineData(RunHistories.Completions, null, RunPageChange.Completions)]
    [InlineData(RunHistories.None, 3L, RunPageChange.Values | RunPageChange.Log | RunPageChange.Completions)]
    public void WhatWasLeftOut_OrIsVoid_IsReadAgain_WithTheRecord(RunHistories gap, long? rewoundTo, RunPageChange expected)
    {
        var run = new Run { Id = "abcdefghjk", Name = "x", Config = "{}", State = RunState.Running, Stage = "ril", LastEvent = 5 };
        var view = new RunView(run);
        RunPageChange told = RunPageChange.None;
        view.Changed += (change, _) => told |= change;

        Assert.True(view.Apply(RunUpdate.Of(run) with { LastEvent = 9, Gap = gap, RewoundTo = rewoundTo }, DateTimeOffset.UnixEpoch));
        Assert.Equal(expected, told);
    }

    [Fact]
    public async Task TheLog_IsReadInParts_ByLevelAndText_WithoutPatterns()
    {
        using var bench = new RunPageBench();
        Run run = bench.Add();
        using (var db = bench.CreateDbContext())
        {
            for (int i = 1; i <= 30; i++) db.Add(new RunLogLine { RunId = run.Id, Number = i, Level = i % 10 == 0 ? "warning" : "info", Text = i == 7 ? "100% of them" : $"line {i}" });
            db.SaveChanges();
        }
        var log = new RunLog(bench);

        Assert.Equal(30, await log.Count(run.Id, new LogFilter()));
        Assert.Equal([10L, 20, 30], (await log.Read(run.Id, new LogFilter("warning"), 0, 10)).Select(l => l.Number));
        Assert.Equal([7L], (await log.Read(run.Id, new LogFilter(Find: "100%"), 0, 10)).Select(l => l.Number));
        Assert.Equal(0, await log.Count(run.Id, new LogFilter(Find: "l_ne")));
        Assert.Equal([29L, 30], (await log.Last(run.Id, 2)).Select(l => l.Number));
    }

    [Fact]
    public void TheOutputOfATrainer_IsReadFromItsEnd()
    {
        using var bench = new RunPageBench();
        Run run = bench.Add();
        var output = new TrainerOutput(bench.Storage);
        Assert.Empty(output.Last(run.Id).Lines);
        Assert.Null(output.PathOf(run.Id));
        File.WriteAllLines(Path.Combine(bench.Storage.Run(run.Id), TrainerOutput.FileName), Enumerable.Range(0, 100_000).Select(i => $"line {i}"));
        Assert.Equal(["line 99998", "line 99999"], output.Last(run.Id, 2).Lines);
        Assert.Equal((2000, true, output.Length(run.Id)), (output.Last(run.Id).Lines.Count, output.Last(run.Id).Cut, output.Last(run.Id).Bytes));
        File.WriteAllText(output.PathOf(run.Id)!, "first\nsecond\n");
        Assert.Equal(["first", "second"], output.Last(run.Id).Lines);
        Assert.False(output.Last(run.Id).Cut);
    }
}
