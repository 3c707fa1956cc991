namespace RIL.Web.Runs.Ingest;

/// <summary>What a step of reading a run folder came to.</summary>
/// <param name="Events">Events stored.</param>
/// <param name="Values">Values of metrics stored.</param>
/// <param name="LastEvent">Number of the last event stored, by this step or an earlier one.</param>
/// <param name="More">Whether whole lines are left in the file.</param>
/// <param name="Ended">How the run ended, if its last event so far says that it did; told again by every later step.</param>
/// <param name="Message">The sentence of that event.</param>
public sealed record IngestResult(int Events, long Values, long LastEvent, bool More, RunSignal? Ended, string? Message);
