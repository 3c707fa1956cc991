namespace RIL.Web.Runs;

/// <summary>A bell that rings when a run may be waiting for something; whoever hears it looks into the tables.</summary>
public sealed class RunQueue
{
    /// <summary>Rings with the run that changed.</summary>
    public event Action<string>? Rung;

    /// <summary>Rings.</summary>
    public void Wake(string runId) => Rung?.Invoke(runId);
}
