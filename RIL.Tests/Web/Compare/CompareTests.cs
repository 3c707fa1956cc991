using System.Text.Json.Nodes;
using RIL.Training.Configuration;
using RIL.Web.Compare;
using RIL.Web.Runs;
using RIL.Web.Runs.Completions;
using RIL.Web.Runs.Live;
using RIL.Web.Runs.Metrics;

namespace RIL.Tests.Web.Compare;

public sealed class CompareTests
{
    private const string A = "aaaaaaaaaa", B = "bbbbbbbbbb";

    [Fact]
    public void AnAddress_NamesEachRunOnce_TenAtMost_AndWhatIsNoIdentifierIsSaid()
    {
        CompareChoice choice = CompareChoice.Read($"{B}, {A},{B},../etc,");
        Assert.Equal([B, A], choice.Ids);
        Assert.Equal(["../etc"], choice.Unreadable);
        Assert.Equal(0, choice.LeftOut);

        CompareChoice many = CompareChoice.Read(string.Join(',', Enumerable.Range(0, 13).Select(i => $"aaaaaaaa{"abc"[i / 5]}{"mnpqr"[i % 5]}")));
        Assert.Equal((10, 3), (many.Ids.Count, many.LeftOut));
        Assert.Empty(CompareChoice.Read(null).Ids);
    }

    [Fact]
    public void RunsOfOneColour_AreStillToldApart_AndTheFirstKeepsItsOwn()
    {
        IReadOnlyList<ComparedRun> runs = ComparedRun.Of([Made(A, 3), Made(B, 27), Made("cccccccccc", 4)]);
        Assert.Equal(3, runs.Select(r => r.Chart.Color % 24).Distinct().Count());
        Assert.Equal((3, 4), (runs[0].Chart.Color, runs[2].Chart.Color));
    }

    [Fact]
    public void Settings_ShowWhatDiffers_AsTheFilesWriteIt()
    {
        IReadOnlyList<ComparedSetting> rows = SettingTable.Of([new RunConfig { LearningRate = 1e-4 }, new RunConfig { LearningRate = 2e-4 }, null]);
        ComparedSetting differs = Assert.Single(rows, r => r.Differs);
        Assert.Equal("learning_rate", differs.Key);
        Assert.Equal(["0.0001", "0.0002", null], differs.Values);
        Assert.Contains(rows, r => r.Key == "seed");
    }

    [Fact]
    public void TheBestOfARow_GoesByTheMetric_AndIsNotMarkedWhereAllAreEqualOrNeitherWayIsBetter()
    {
        MetricTable table = new([A, B], [Summary(A, "reward", 1, 0, 2), Summary(B, "reward", 3, 1, 3), Summary(A, "loss", 2, 2, 9), Summary(A, "entropy", 2, 1, 2), Summary(B, "entropy", 1, 1, 2)]);
        Assert.Equal([false, true], Row(table, MetricValue.Last, "reward").Best);
        Assert.Equal([2, 3], Row(table, MetricValue.Max, "reward").Values);
        Assert.Equal([2, null], Row(table, MetricValue.Last, "loss").Values);
        Assert.Equal([false, false], Row(table, MetricValue.Last, "loss").Best);
        Assert.Equal([false, false], Row(table, MetricValue.Last, "entropy").Best);
        Assert.Empty(table.Rows(MetricValue.Last, "reward nowhere"));
    }

    [Fact]
    public void ValuesThatComeWhileThePageIsOpen_ChangeTheTable()
    {
        MetricTable table = new([A, B], [Summary(A, "reward", 1, 0, 2)]);
        table.Apply(B, [new LiveValue("reward", 1, 5), new LiveValue("reward", 2, 4), new LiveValue("other", 2, 7)]);
        table.Apply(A, [new LiveValue("reward", 3, double.NaN)]);
        table.Apply("nobody", [new LiveValue("reward", 3, 100)]);
        Assert.Equal([null, 4], Row(table, MetricValue.Last, "reward").Values);
        Assert.Equal([2, 5], Row(table, MetricValue.Max, "reward").Values);
        Assert.Contains("other", table.Names);
    }

    [Fact]
    public void Accuracies_AreThoseOfTheEnd_AndOfTheNewestEvaluationBeforeIt()
    {
        Run ended = Made(A, 0), under = Made(B, 1);
        ended.Summary = """{"evaluations":[{"model":"before","accuracy":0.1,"by_type":{},"questions":100},{"model":"ril","accuracy":0.8,"by_type":{"sum":0.6},"questions":100},{"model":"Z","accuracy":0.99,"by_type":{"sum":1},"questions":100}]}""";
        IReadOnlyList<ComparedRun> runs = ComparedRun.Of([ended, under]);
        MetricTable metrics = new([A, B], [Summary(A, "eval/accuracy", 0.7, 0, 1), Summary(B, "eval/accuracy", 0.5, 0, 1), Summary(B, "eval/accuracy/sum", 0.7, 0, 1)]);

        AccuracyTable table = AccuracyTable.Of(runs, metrics)!;

        Assert.Equal(["all questions", "sum"], table.Rows.Select(r => r.Type));
        Assert.Equal([0.8, 0.5], table.Rows[0].Values);
        Assert.Equal([0.6, 0.7], table.Rows[1].Values);
        Assert.Equal([false, true], table.Rows[1].Best);
        Assert.Equal([true, false], table.Closed);
        Assert.Equal(0.04, AccuracyTable.StandardError(0.8, 100)!.Value, 6);
        Assert.Null(AccuracyTable.Of(ComparedRun.Of([under]), new MetricTable([B], [])));
    }

    [Fact]
    public void QuestionsThatAllRunsAsked_ComeFirst_AndThoseApartBeforeThoseAlikeWhereWished()
    {
        CompletionGroup[] one = [Question(0, "only here", 1), Question(1, "alike", 1), Question(2, "apart", 1), Question(3, "alike", 0)];
        CompletionGroup[] two = [Question(0, "alike", 1), Question(1, "apart", 0)];

        IReadOnlyList<ComparedQuestion> kept = QuestionTable.Of([one, two]), apart = QuestionTable.Of([one, two], apartFirst: true);

        Assert.Equal([("alike", 2), ("apart", 2), ("only here", 1), ("alike", 1)], kept.Select(q => (q.Asked.Prompt, q.Runs)));
        Assert.Same(two[1], kept[1].Groups[1]);
        Assert.Null(kept[2].Groups[1]);
        Assert.Equal(["apart", "alike"], apart.Take(2).Select(q => q.Asked.Prompt));
        Assert.Equal(1, apart[0].Apart);
    }

    private static ComparedMetric Row(MetricTable table, MetricValue which, string name) => table.Rows(which, "").Single(r => r.Metric.Name == name);

    private static MetricSummary Summary(string run, string name, double last, double min, double max) => new() { RunId = run, Name = name, Last = last, Min = min, Max = max };

    private static Run Made(string id, int color) => new() { Id = id, Name = id, Color = color, Config = new JsonObject { ["student"] = "quickstart:Student" }.ToJsonString() };

    private static CompletionGroup Question(int number, string prompt, double reward) =>
        new(number, prompt, ["a.png"], "1", null, [new CompletionOutput("text", CompletionOutput.Student, new Dictionary<string, double?>(), reward, null, null, null)]);
}
