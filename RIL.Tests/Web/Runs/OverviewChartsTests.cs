using RIL.Training.Configuration;
using RIL.Web.Charts;
using RIL.Web.Runs.Pages;

namespace RIL.Tests.Web.Runs;

public sealed class OverviewChartsTests
{
    private static readonly ChartRun Run = new("aaaaaaaaaa", "a run", 0, null);
    private static readonly RunConfig Ril = new() { Teachers = [new TeacherSource("A", "a.jsonl"), new TeacherSource("B", "b.jsonl")] };

    [Fact]
    public void TheSixThatMatter_ComeFirst_AndTheLossAfterThem() =>
        Assert.Equal(
            ["Reward", "Accuracy on validation", "Discriminator accuracy", "Similarity by teacher", "Completion length", "KL to the reference, entropy", "Loss", "Gradient", "Learning rate"],
            OverviewCharts.Of(Run, Ril).Select(c => c.Title));

    [Fact]
    public void WhileTheStudentWarmsUp_WhatHasValuesThenComesFirst() =>
        Assert.Equal(["Loss", "Gradient", "Learning rate", "Reward"], OverviewCharts.Of(Run, Ril, warmsUp: true).Take(4).Select(c => c.Title));

    [Fact]
    public void AChartOfOneMetric_IsCalledAsTheGuideCallsIt_OnEveryPage() =>
        Assert.All(OverviewCharts.Of(Run, Ril).Where(c => c.Series.Select(s => s.Metric).Distinct().Count() == 1), c => Assert.Equal(MetricGuide.Of(c.Series[0].Metric).Title, c.Title));

    [Fact]
    public void EachTeacher_HasItsLine() =>
        Assert.Equal(["student", "teacher A", "teacher B"], OverviewCharts.Of(Run, Ril).Single(c => c.Title == "Similarity by teacher").Series.Select(s => s.Label));
}
