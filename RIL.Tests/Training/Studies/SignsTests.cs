using RIL.Training.Commands;
using RIL.Training.Runs;
using RIL.Training.Studies;

namespace RIL.Tests.Training.Studies;

/// <summary>
/// What RIL does on the embedded example holds from run to run; a short study with one seed must show it. Minutes, not seconds: the one
/// test that trains for real.
/// </summary>
public sealed class SignsTests
{
    private const int Seed = 1, Questions = 800;

    // One standard error of a difference over 800 questions, and of a share over the 100 of a type: the bars of the full study give way by
    // that much.
    private const double OfDifference = 1.5, OfType = 5;

    [Fact]
    public void AStudyOfTheExample_ShowsTheSignsOfRil()
    {
        using var folder = new TemporaryFolder();
        string study = Path.Combine(folder.Path, "study");
        string[] arms = ["sft", "dr_grpo", "imitation_ab", "ril_a", "ril_b", "ril_ab"];
        using var output = new StringWriter();
        using var errors = new StringWriter();
        string[] arguments =
        [
            "study", "--preset", "arms", "--seeds", "1", "--first-seed", $"{Seed}", "--output", study, "--set", $"eval_limit={Questions}",
            .. arms.SelectMany(a => new[] { "--only", a }),
        ];
        Assert.True(CommandLine.Run(arguments, output, errors) == 0, errors.ToString());

        ModelAccuracy Result(string arm) => ((FinishedEvent)Events(arm)[^1]).Summary!.Evaluations[^1];
        List<RunEvent> Events(string arm) => [.. RunEvents.Read(new RunFolder(Study.RunOf(study, Seed, arm)).Events)];
        double Share(string arm, string type) => 100 * Result(arm).ByType[type];
        double Accuracy(string arm) => 100 * Result(arm).Accuracy!.Value;
        string all = string.Join("; ", arms.Select(a => $"{a} {Accuracy(a):0.0} cost {Share(a, "cost"):0} sum {Share(a, "sum"):0}"));

        Assert.True(Accuracy("ril_ab") - Math.Max(Accuracy("ril_a"), Accuracy("ril_b")) >= 3 - OfDifference, all);
        Assert.True(Accuracy("ril_ab") - Accuracy("imitation_ab") >= 3 - OfDifference, all);
        Assert.True(Accuracy("ril_ab") - Accuracy("dr_grpo") >= 10 - OfDifference, all);
        Assert.True(Share("ril_a", "cost") >= 55 - OfType && Share("ril_a", "sum") <= 40 + OfType, all);
        Assert.True(Share("ril_b", "sum") >= 75 - OfType && Share("ril_b", "cost") <= 30 + OfType, all);
        Assert.True(Share("ril_ab", "cost") >= 55 - OfType && Share("ril_ab", "sum") >= 75 - OfType, all);

        // At first D tells teachers from student by their form and their full stops; in the end it can tell nothing.
        double[] accuracy = [.. Events("ril_ab").OfType<MetricsEvent>().Where(m => m.Metrics.ContainsKey("discriminator/accuracy"))
            .Select(m => m.Metrics["discriminator/accuracy"])];
        Assert.True(accuracy.Skip(20).Take(10).Average() > 0.9, $"discriminator at first: {accuracy.Skip(20).Take(10).Average()}");
        Assert.True(accuracy.TakeLast(20).Average() < 0.65, $"discriminator in the end: {accuracy.TakeLast(20).Average()}");
    }
}
