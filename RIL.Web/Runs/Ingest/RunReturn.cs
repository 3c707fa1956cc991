using RIL.Training.Runs;

namespace RIL.Web.Runs.Ingest;

/// <summary>How far a run goes back: what came after is void.</summary>
/// <param name="Step">The step whose values still count; all before it do.</param>
/// <param name="Event">Number of the last event that still counts.</param>
/// <param name="Anew">Whether nothing is believed any more, endings and resumptions included, because the file is not the one that was read.</param>
internal readonly record struct RunReturn(long Step, long Event, bool Anew)
{
    /// <summary>To before the first event of another file.</summary>
    public static RunReturn ToNothing { get; } = new(long.MinValue, long.MinValue, true);

    /// <summary>The step that readers are told.</summary>
    public long Told => Math.Max(Step, -1);

    /// <summary>To the checkpoint from which a trainer goes on, or to the start where there was none.</summary>
    public static RunReturn To(ResumedEvent resumed) => new(resumed.Checkpoint is null ? long.MinValue : resumed.Step, resumed.From, false);
}
