using RIL.Web.Controls;
using RIL.Web.Runs;

namespace RIL.Web.Charts;

/// <summary>A run as charts show it.</summary>
/// <param name="Id">The run.</param>
/// <param name="Name">Its name.</param>
/// <param name="Color">Its index into the series colours, the same on every page.</param>
/// <param name="StartedAt">When it started: where its time axis begins.</param>
/// <param name="RilStart">Step at which its RIL stage began; null before.</param>
public sealed record ChartRun(string Id, string Name, int Color, DateTimeOffset? StartedAt, long? RilStart = null)
{
    /// <summary>A stored run.</summary>
    public static ChartRun Of(Run run) => new(run.Id, run.Name, run.Color, run.StartedAt);

    /// <summary>The line of one of its metrics, in the run's colour.</summary>
    public ChartSeries Line(string metric) => new(this, metric, Name, SeriesColors.Css(Color), SeriesColors.Dash(Color));

    /// <summary>The line of one of its metrics among others of the same run, in a colour of its own.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="label">What the legend calls it.</param>
    /// <param name="color">Index into the series colours.</param>
    public ChartSeries Line(string metric, string label, int color) => new(this, metric, label, SeriesColors.Css(color), SeriesColors.Dash(color));
}

/// <summary>A line of a chart.</summary>
/// <param name="Run">The run.</param>
/// <param name="Metric">The metric.</param>
/// <param name="Label">What the legend calls it.</param>
/// <param name="Color">A CSS colour, of the theme: <see cref="SeriesColors.Css"/>.</param>
/// <param name="Dash">0 solid, 1 dashed, 2 dotted.</param>
public sealed record ChartSeries(ChartRun Run, string Metric, string Label, string Color, int Dash = 0);
