using RIL.Training.Configuration;
using RIL.Training.Ril;
using RIL.Web.Runs;
using RIL.Web.Runs.Pages;

namespace RIL.Tests.Web.Runs;

public sealed class RunHealthTests
{
    private static readonly RunConfig Config = new() { Similarity = Similarity.Graded };

    [Fact]
    public void AHealthyRun_IsSaidToBeHealthy()
    {
        HealthNote[] notes = [.. RunHealth.Of(Facts(("kl", _ => 0.1), ("grad_norm", _ => 0.5), ("entropy", _ => 0.3), ("discriminator/accuracy", _ => 0.75), ("frac_reward_zero_std", _ => 0.1)))];
        Assert.Equal(HealthLevel.Good, Assert.Single(notes).Level);
    }

    [Fact]
    public void ARunWithoutMetrics_IsNotSpokenOf() => Assert.Empty(RunHealth.Of(Facts()));

    [Fact]
    public void EqualRewards_AreNamedWithTheirShare() => Note("frac_reward_zero_std", _ => 0.623, HealthLevel.Warning, "62.3", "no gradient");

    [Fact]
    public void EqualRewards_UnderBinarySimilarity_PointToGraded() =>
        Assert.Contains("similarity: graded", Single(Facts(Config with { Similarity = Similarity.Binary }, ("frac_reward_zero_std", _ => 0.9))).Advice, StringComparison.Ordinal);

    [Fact]
    public void ADiscriminatorThatGuesses_IsBlind() => Note("discriminator/accuracy", _ => 0.5, HealthLevel.Warning, "50.0", "cannot tell");

    [Fact]
    public void ADiscriminatorThatIsAlwaysRight_LeavesNothingToLearn() => Note("discriminator/accuracy", _ => 1, HealthLevel.Warning, "100.0", "almost nothing");

    [Fact]
    public void ADiscriminatorThatCallsEverythingTheStudents_IsOneSided_AndNotAlsoBlind()
    {
        HealthNote note = Single(Facts(("discriminator/accuracy", _ => 0.51), ("discriminator/accuracy_student", _ => 0.98), ("discriminator/accuracy_teacher", _ => 0.04)));
        Assert.Contains("nearly everything the student's", note.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public void DivergenceThatGrows_IsNamed_WithBeta()
    {
        HealthNote note = Single(Facts(Config with { Beta = 0 }, ("kl", step => step < 40 ? 0.2 : 3)));
        Assert.Contains("grows", note.Finding, StringComparison.Ordinal);
        Assert.Contains("beta is 0", note.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void CompletionsThatAreCutOff_NameTheLimit() => Note("completions/clipped_ratio", _ => 0.4, HealthLevel.Bad, "40.0", "max_completion_length (256 tokens)");

    [Fact]
    public void TokensThatAreClipped_AreNamed() => Note("clip_ratio/region_mean", _ => 0.3, HealthLevel.Warning, "30.0", "clipped");

    [Fact]
    public void ALoneSpikeOfTheGradient_IsFoundWithItsStep() => Note("grad_norm", step => step == 33 ? 50 : 1, HealthLevel.Info, "step 33", "50 times its median");

    [Fact]
    public void EntropyThatCollapsed_IsNamed() => Note("entropy", step => step < 30 ? 0.5 : 0.01, HealthLevel.Warning, "0.01", "hardly tries");

    [Fact]
    public void AccuracyBelowItsBest_NamesTheStepOfTheBest() => Note("eval/accuracy", step => step == 20 ? 0.9 : 0.8, HealthLevel.Warning, "step 20", "90.0");

    [Fact]
    public void ValuesThatAreNoNumbers_ComeFirst()
    {
        HealthFacts facts = Facts(("frac_reward_zero_std", _ => 0.5)) with { NotNumbers = [("loss", 3, 60)] };
        Assert.Contains("loss was not a number in 3 of 60", RunHealth.Of(facts)[0].Finding, StringComparison.Ordinal);
    }

    [Fact]
    public void ARunThatSaysNothingForLong_IsStale_UnlessItHasEnded()
    {
        HealthFacts silent = Facts(("step_time", _ => 2)) with { State = RunState.Running, LastNews = DateTimeOffset.UnixEpoch, Now = DateTimeOffset.UnixEpoch.AddMinutes(5) };
        Assert.Contains("No metrics for 5 min", RunHealth.Of(silent)[0].Finding, StringComparison.Ordinal);
        Assert.DoesNotContain(RunHealth.Of(silent with { State = RunState.Finished }), n => n.Level == HealthLevel.Warning);
    }

    private static void Note(string metric, Func<int, double> value, HealthLevel level, params string[] words)
    {
        HealthNote note = Single(Facts((metric, value)));
        Assert.Equal(level, note.Level);
        Assert.All(words, w => Assert.Contains(w, note.Finding.Replace('\u202f', ' '), StringComparison.Ordinal));
    }

    private static HealthNote Single(HealthFacts facts) => Assert.Single(RunHealth.Of(facts), n => n.Level != HealthLevel.Good);

    private static HealthFacts Facts(params (string Metric, Func<int, double> Value)[] metrics) => Facts(Config, metrics);

    private static HealthFacts Facts(RunConfig config, params (string Metric, Func<int, double> Value)[] metrics) => new(
        config, RunState.Finished,
        metrics.ToDictionary(m => m.Metric, m => (IReadOnlyList<(long, double)>)[.. Enumerable.Range(0, 60).Select(i => ((long)i, m.Value(i)))]),
        [], null, DateTimeOffset.UnixEpoch);
}
