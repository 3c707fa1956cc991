namespace RIL.Training.Runs;

/// <summary>How a job is steered from outside.</summary>
/// <param name="Signals">Whether SIGTERM and Ctrl-C stop the job; a second one ends the process at once.</param>
/// <param name="Lines">Where lines saying stop or pause come from, if anywhere.</param>
/// <param name="Lease">The job ends itself when the lease file in its folder was silent for this long; null = never.</param>
/// <param name="Clock">Measures the lease's silence.</param>
public sealed record JobOptions(bool Signals = true, TextReader? Lines = null, TimeSpan? Lease = null, TimeProvider? Clock = null);
