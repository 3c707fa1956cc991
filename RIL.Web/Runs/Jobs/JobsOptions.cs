using System.ComponentModel.DataAnnotations;

namespace RIL.Web.Runs.Jobs;

/// <summary>What becomes of trainers when the site is shut down.</summary>
public enum OnShutdown
{
    /// <summary>They write a checkpoint and end; the site goes on with them at its next start.</summary>
    Pause,

    /// <summary>They go on without the site, which finds them again at its next start.</summary>
    Leave,
}

/// <summary>How runs are worked off.</summary>
public sealed class JobsOptions
{
    /// <summary>The section of <c>appsettings.json</c>.</summary>
    public const string Section = "Runs";

    /// <summary>Runs that train at once, until somebody changes it in the browser.</summary>
    [Range(1, 64)]
    public int Slots { get; init; } = 1;

    /// <summary>What becomes of trainers when the site is shut down.</summary>
    public OnShutdown OnShutdown { get; init; } = OnShutdown.Pause;

    /// <summary>Seconds a trainer has for its checkpoint when the site is shut down.</summary>
    [Range(1, 3600)]
    public int ShutdownSeconds { get; init; } = 30;

    /// <summary>Seconds a trainer has for its checkpoint after a stop, before it is ended by force.</summary>
    [Range(1, 86400)]
    public int StopSeconds { get; init; } = 300;

    /// <summary>Seconds during which a run's events may not be stored, each try failing, before its trainer is ended and the run fails with the reason.</summary>
    [Range(1, 86400)]
    public int FaultSeconds { get; init; } = 120;

    /// <summary>Whether an empty database begins with the quickstart run.</summary>
    public bool Quickstart { get; init; } = true;
}
