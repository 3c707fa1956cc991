using RIL.Training.Configuration;
using RIL.Web.Charts;

namespace RIL.Web.Runs.Pages;

/// <summary>A chart of the overview.</summary>
/// <param name="Title">Heading.</param>
/// <param name="Series">Its lines.</param>
public sealed record OverviewChart(string Title, IReadOnlyList<ChartSeries> Series);

/// <summary>The few charts that matter, by what the run does; the student and each teacher keep their colour in all of them.</summary>
public static class OverviewCharts
{
    /// <summary>The charts.</summary>
    /// <param name="run">The run.</param>
    /// <param name="config">Its settings.</param>
    /// <param name="warmsUp">Whether it is still in supervised fine-tuning, where only the loss has values: then that comes first.</param>
    public static IReadOnlyList<OverviewChart> Of(ChartRun run, RunConfig config, bool warmsUp = false)
    {
        string[] teachers = config.UsesTeachers ? [.. config.Teachers.Select(t => t.Name)] : [];
        OverviewChart accuracy = Alone("eval/accuracy", "student"), loss = Alone("loss", "loss"), norm = Alone("grad_norm", "norm"), rate = Alone("learning_rate", "rate");
        if (!config.TrainsPolicy) return [loss, accuracy, norm];
        var charts = new List<OverviewChart>
        {
            new("Reward",
                [run.Line("reward", "student, reward", 0), Dashed(run.Line("rewards/answer/mean", "student, right", 0)), .. OfTeachers("rewards/answer/mean", "right")]),
            accuracy,
        };
        if (config.UsesDiscriminator)
        {
            charts.Add(new("Discriminator accuracy", [run.Line("discriminator/accuracy_student", "on the student", 0), run.Line("discriminator/accuracy_teacher", "on the teachers", 7)]));
            charts.Add(new("Similarity by teacher", [run.Line("rewards/similarity/mean", "student", 0), .. OfTeachers("rewards/similarity/mean", "")]));
        }
        charts.Add(new("Completion length", [run.Line("completions/mean_length", "student, mean", 0), Dashed(run.Line("completions/max_length", "student, longest", 0)), .. OfTeachers("length/mean", "mean")]));
        charts.Add(new($"{MetricGuide.Of("kl").Title}, entropy", [run.Line("kl", MetricGuide.Of("kl").Title, 6), run.Line("entropy", "entropy", 4)]));
        charts.InsertRange(warmsUp ? 0 : charts.Count, [loss, norm, rate]);
        return charts;

        IEnumerable<ChartSeries> OfTeachers(string metric, string word) =>
            teachers.Select((t, i) => run.Line($"teacher/{t}/{metric}", $"teacher {t}{(word.Length > 0 ? ", " + word : "")}", 1 + i));

        OverviewChart Alone(string metric, string label) => new(MetricGuide.Of(metric).Title, [run.Line(metric, label, 0)]);

        static ChartSeries Dashed(ChartSeries line) => line with { Dash = 1 };
    }
}
