namespace RIL.Web.Runs.Ingest;

/// <summary>Somebody else works on this run now; nothing was stored.</summary>
public sealed class LeaseLostException(string runId, long fence) : Exception($"The lease {fence} on run {runId} was lost: another process of the site works on it now.");
