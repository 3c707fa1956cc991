using RIL.Training.Configuration;
using RIL.Training.Runs;
using RIL.Web.Charts;
using RIL.Web.Controls;
using RIL.Web.Runs;
using RIL.Web.Runs.Ingest;
using RIL.Web.Runs.Pages;

namespace RIL.Web.Compare;

/// <summary>A run among others.</summary>
/// <param name="Run">The record.</param>
/// <param name="Chart">How charts show it: its own colour, unless another of the runs has the same.</param>
/// <param name="Config">Its settings; null where another version wrote what this one cannot read.</param>
/// <param name="Summary">What it came to; null before the end.</param>
public sealed record ComparedRun(Run Run, ChartRun Chart, RunConfig? Config, RunSummary? Summary)
{
    /// <summary>Puts runs side by side, in their order.</summary>
    public static IReadOnlyList<ComparedRun> Of(IEnumerable<Run> runs)
    {
        var taken = new HashSet<(int Slot, int Dash)>();
        return [.. runs.Select(run => new ComparedRun(run, ChartRun.Of(run) with { Color = Free(run.Color), RilStart = StageHistory.RilStart(run) }, RunDocuments.Config(run), RunDocuments.Summary(run)))];

        int Free(int color)
        {
            // Another dash of the same colour first, then the next colour.
            for (int tried = 0; tried < 3 * SeriesColors.Count; tried++)
            {
                int candidate = SeriesColors.Slot(color + (tried / 3)) + (SeriesColors.Count * ((SeriesColors.Dash(color) + tried) % 3));
                if (taken.Add((SeriesColors.Slot(candidate), SeriesColors.Dash(candidate)))) return candidate;
            }
            return color;
        }
    }
}
