using RIL.Tests.Training;
using RIL.Training.Runs;
using RIL.Web.Charts;

namespace RIL.Tests.Web.Charts;

public sealed class MetricGuideTests
{
    [Fact]
    public void EveryMetricThatTheTrainerWrites_HasASentence()
    {
        using var tiny = new TinyRun();
        TinyRun.Execute(tiny.Config("every stage"));
        string[] names = [.. RunEvents.Read(new RunFolder(tiny.Folder("every stage")).Events).OfType<MetricsEvent>().SelectMany(e => e.Metrics.Keys.Concat(e.Timing?.Keys ?? [])).Distinct()];
        Assert.True(names.Length > 40, string.Join(' ', names));
        Assert.All(names, n => Assert.True(MetricGuide.Knows(n), n));
    }

    [Theory]
    [InlineData("loss reward reward_std rewards/similarity/mean rewards/similarity/std rewards/answer/mean rewards/answer/std frac_reward_zero_std")]
    [InlineData("completions/mean_length completions/min_length completions/max_length completions/clipped_ratio kl entropy clip_ratio/low_mean clip_ratio/high_mean clip_ratio/region_mean")]
    [InlineData("grad_norm learning_rate num_tokens step_time discriminator/loss discriminator/accuracy discriminator/accuracy_student discriminator/accuracy_teacher")]
    [InlineData("discriminator/student_score_mean discriminator/teacher_score_mean teacher/A/rewards/similarity/mean teacher/A/length/mean teacher/A/discriminator/accuracy judge/abstain_ratio judge/latency_s judge/cache_hit_ratio judge/cost")]
    [InlineData("sampling/kept_mass_mean eval/accuracy eval/accuracy/cost eval/mean_length timing_s/sample timing_s/discriminator timing_s/judge timing_s/score timing_s/update timing_s/step")]
    [InlineData("perf/tokens_per_second system/cpu_percent system/rss_mb system/gpu_percent system/gpu_memory_mb")]
    public void NamesThatUsersKnow_HaveATitleOfTheirOwn(string names)
    {
        MetricInfo[] all = [.. names.Split(' ').Select(MetricGuide.Of)];
        Assert.All(all, m => Assert.True(m.Sentence.EndsWith('.') && m.Title != m.Name && !m.Title.Contains('{', StringComparison.Ordinal), m.Name));
        Assert.Distinct(all.Select(m => m.Title));
    }

    [Fact]
    public void Sorted_BringsTheRewardFirst_AndNumbersBySize()
    {
        Assert.Equal(
            ["reward", "eval/accuracy", "teacher/A/length/mean", "teacher/B/length/mean", "loss", "system/rss_mb", "mine/2", "mine/10"],
            MetricGuide.Sorted(["mine/10", "loss", "teacher/B/length/mean", "mine/2", "system/rss_mb", "eval/accuracy", "teacher/A/length/mean", "reward"]).Select(m => m.Name));
    }

    [Fact]
    public void APattern_FillsItsTitle_AndAnUnknownNameKeepsItself()
    {
        Assert.Equal("Reward format, teacher A", MetricGuide.Of("teacher/A/rewards/format/mean").Title);
        Assert.Equal(("mine/x", "mine", ""), (MetricGuide.Of("mine/x").Title, MetricGuide.Of("mine/x").Section, MetricGuide.Of("mine/x").Sentence));
        Assert.False(MetricGuide.Knows("rewards//mean"));
        Assert.Equal("84.1\u202f%", MetricGuide.Of("eval/accuracy").Say(0.841));
        Assert.Equal("12.5 s", MetricGuide.Of("step_time").Say(12.5));
    }
}
