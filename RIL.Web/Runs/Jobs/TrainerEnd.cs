using RIL.Web.Runs.Ingest;

namespace RIL.Web.Runs.Jobs;

/// <summary>What is known of a trainer that is gone.</summary>
/// <param name="Said">What its events say.</param>
/// <param name="At">When it ended.</param>
/// <param name="Seen">Whether this process of the site saw it end.</param>
/// <param name="ExitCode">What it returned; null where it was another process's child.</param>
/// <param name="MemoryKill">Whether the system ended a process for want of memory at that time.</param>
/// <param name="Forced">Whether the site ended it because it did not do what it was asked.</param>
internal sealed record TrainerEnd(IngestResult Said, DateTimeOffset At, bool Seen = false, int? ExitCode = null, bool MemoryKill = false, bool Forced = false)
{
    /// <summary>Whether the system told it to end.</summary>
    public bool BySystem => Said.Ended == RunSignal.Lost || (Said.Ended is null && ExitCode == CrashReason.Terminated);
}
