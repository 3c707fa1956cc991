using System.Globalization;
using RIL.Training.Runs;

namespace RIL.Training.Commands;

/// <summary>The few numbers of a step that a progress line has room for.</summary>
internal static class LiveNumbers
{
    private static readonly (string Metric, string Label, string Format)[] Shown =
    [
        ("loss", "loss", "0.0000"), ("reward", "reward", "0.000"), ("rewards/answer/mean", "answer", "0.000"),
        ("rewards/similarity/mean", "similarity", "0.000"),
        ("discriminator/loss", "D loss", "0.000"), ("discriminator/accuracy", "D accuracy", "0.000"), ("kl", "kl", "0.0000"),
        ("completions/mean_length", "length", "0.0"),
        ("eval/accuracy", "accuracy", "0.000"), ("perf/tokens_per_second", "tokens/s", "0"),
    ];

    public static string Line(MetricsEvent metrics)
    {
        IEnumerable<string> numbers =
            from shown in Shown
            let value = metrics.Metrics.TryGetValue(shown.Metric, out double m) ? m : metrics.Timing is { } timing
                && timing.TryGetValue(shown.Metric, out double t) ? t : (double?)null
            // the policy's loss says nothing where there is a reward
            where value is not null && !(shown.Metric == "loss" && metrics.Metrics.ContainsKey("reward"))
            select $"{shown.Label} {value.Value.ToString(shown.Format, CultureInfo.InvariantCulture)}";
        return string.Join("  ", numbers);
    }
}
