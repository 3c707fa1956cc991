namespace RIL.Web.Runs.Metrics;

/// <summary>Values of a metric over a range of steps, reduced where there are more than a chart has room for: of each piece its first, smallest, largest and last value, in the order of steps.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Total">Values in the range.</param>
/// <param name="Reduced">Whether pieces stand for several values.</param>
/// <param name="Width">Steps a piece covers, counted from step 0; 1 where nothing was reduced.</param>
/// <param name="Points">The values; not-a-number where a piece holds nothing else.</param>
/// <param name="NotNumbers">Where values are not a number: the step (of the piece, where reduced), and how many.</param>
public sealed record MetricSeries(string Metric, long Total, bool Reduced, long Width, IReadOnlyList<SeriesPoint> Points, IReadOnlyList<(long Step, long Count)> NotNumbers)
{
    /// <summary>A metric without values in the range.</summary>
    public static MetricSeries Empty(string metric) => new(metric, 0, false, 1, [], []);
}

/// <summary>A point of a series.</summary>
/// <param name="Step">The run's step.</param>
/// <param name="Value">The value; not-a-number where the trainer said so.</param>
/// <param name="Time">When the step was, in milliseconds since 1970; not-a-number where unknown.</param>
/// <param name="Tokens">Tokens so far; not-a-number where unknown.</param>
/// <param name="Weight">How many values it stands for.</param>
/// <param name="Smooth">Moving average of every value up to this one, those that were reduced away included; not-a-number where nobody asked for it.</param>
public readonly record struct SeriesPoint(long Step, double Value, double Time, double Tokens, double Weight, double Smooth = double.NaN);
