using RIL.Training.Configuration;

namespace RIL.Web.Runs.Pages;

/// <summary>What the rules look at.</summary>
/// <param name="Config">The run's settings.</param>
/// <param name="State">Its state.</param>
/// <param name="Recent">The newest values of the metrics the rules ask for, oldest first.</param>
/// <param name="NotNumbers">Metrics with values that are not a number: name, how many of how many.</param>
/// <param name="LastNews">When its newest metrics were written.</param>
/// <param name="Now">The time.</param>
public sealed record HealthFacts(
    RunConfig Config, RunState State, IReadOnlyDictionary<string, IReadOnlyList<(long Step, double Value)>> Recent,
    IReadOnlyList<(string Metric, long Count, long Of)> NotNumbers, DateTimeOffset? LastNews, DateTimeOffset Now)
{
    /// <summary>The newest values of a metric that are numbers; none where it does not exist.</summary>
    /// <param name="metric">Its name.</param>
    /// <param name="most">Values at most.</param>
    public double[] Last(string metric, int most = int.MaxValue) =>
        Recent.TryGetValue(metric, out var points) ? [.. points.Select(p => p.Value).Where(double.IsFinite).TakeLast(most)] : [];

    /// <summary>Their mean; null where there are too few to say anything.</summary>
    public double? Mean(string metric, int most, int least = 5) => Last(metric, most) is { } values && values.Length >= least ? values.Average() : null;
}
