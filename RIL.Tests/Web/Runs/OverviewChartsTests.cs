using RIL.Training.Runs;
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
            ["Reward", "Accuracy (validation)", "Discriminator accuracy", "Similarity by teacher", "Completion length", "KL and entropy", "Loss", "Gradient norm", "Learning rate"],
            OverviewCharts.Of(Run, Ril).Select(c => c.Title));

    [Fact]
    public void WhileTheStudentWarmsUp_WhatHasValuesThenComesFirst() =>
        Assert.Equal(["Loss", "Gradient norm", "Learning rate", "Reward"], OverviewCharts.Of(Run, Ril, warmsUp: true).Take(4).Select(c => c.Title));

    [Fact]
    public void EachTeacher_HasItsLine() =>
        Assert.Equal(["student", "teacher A", "teacher B"], OverviewCharts.Of(Run, Ril).Single(c => c.Title == "Similarity by teacher").Series.Select(s => s.Label));
}
