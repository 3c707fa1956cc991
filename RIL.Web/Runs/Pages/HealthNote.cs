namespace RIL.Web.Runs.Pages;

/// <summary>How much a note matters.</summary>
public enum HealthLevel
{
    /// <summary>Goes as it should.</summary>
    Good,

    /// <summary>Worth knowing.</summary>
    Info,

    /// <summary>Look at it.</summary>
    Warning,

    /// <summary>The run is not doing what it is for.</summary>
    Bad,
}

/// <summary>Something to know about a run, in words.</summary>
/// <param name="Level">How much it matters.</param>
/// <param name="Finding">What is the case, with its number.</param>
/// <param name="Advice">What to do about it; null where nothing is to be done.</param>
/// <param name="Metric">The metric it was seen in; the charts show it.</param>
public sealed record HealthNote(HealthLevel Level, string Finding, string? Advice, string? Metric);
