using MudBlazor;
using RIL.Web.Accounts;
using static RIL.Web.Runs.RunAction;

namespace RIL.Web.Runs.Pages;

/// <summary>What a person may do with a run now: one thing first, others beside it, the rest in a menu.</summary>
/// <param name="First">The one that is most likely wanted.</param>
/// <param name="Beside">Others that are wanted often.</param>
/// <param name="Menu">The rest; what takes something away comes last.</param>
public sealed record RunActionList(RunAction? First, IReadOnlyList<RunAction> Beside, IReadOnlyList<RunAction> Menu)
{
    // For people who only look.
    private static readonly RunActionList Nothing = new(null, [], []);

    /// <summary>The actions of a state for a role; each one is allowed by <see cref="RunTransitions"/>.</summary>
    public static RunActionList Of(RunState state, UserRole role)
    {
        if (role == UserRole.Viewer) return Nothing;
        RunAction[] order = state switch
        {
            RunState.Draft => [Start, Clone],
            RunState.Queued or RunState.Starting or RunState.Running => [Pause, Stop, Clone],
            RunState.Pausing => [Stop, Clone],
            RunState.Paused => [Resume, Stop, Clone],
            RunState.Cancelled => [Resume, Clone],
            RunState.Failed => [Retry, Clone],
            RunState.Archived or RunState.Deleted => [Restore],
            _ => [Clone],
        };
        RunAction[] may = [.. order.Where(a => Allowed(state, a))];
        return new RunActionList(may.Length > 0 ? may[0] : null, [.. may.Skip(1)], [.. new[] { Archive, Delete }.Where(a => Allowed(state, a))]);
    }

    /// <summary>An action as its button says it.</summary>
    public static string Word(RunAction action, RunState state) => action switch
    {
        Delete => "Move to trash",
        Resume when state == RunState.Cancelled => "Go on",
        _ => action.ToString(),
    };

    /// <summary>What it does, in a sentence.</summary>
    public static string Explain(RunAction action) => action switch
    {
        Start => "Put it into the queue.",
        Pause => "Write a checkpoint after this step and give the slot to others; nothing is lost.",
        Resume => "Queue it again; it goes on from its last checkpoint.",
        Stop => "Write a checkpoint after this step and end; it can go on later.",
        Retry => "Queue it again; it goes on from its last good checkpoint where there is one.",
        Clone => "Open the form with these settings for a new run.",
        Archive => "Put it out of sight; nothing is lost.",
        Restore => "Bring it back as it was.",
        _ => "Put it into the trash; it can be restored until the trash is emptied.",
    };

    /// <summary>Its picture.</summary>
    public static string Icon(RunAction action) => action switch
    {
        Start or Resume => Icons.Material.Outlined.PlayArrow,
        Pause => Icons.Material.Outlined.Pause,
        Stop => Icons.Material.Outlined.Stop,
        Retry => Icons.Material.Outlined.Replay,
        Clone => Icons.Material.Outlined.ContentCopy,
        Archive => Icons.Material.Outlined.Inventory2,
        Restore => Icons.Material.Outlined.RestoreFromTrash,
        _ => Icons.Material.Outlined.Delete,
    };

    private static bool Allowed(RunState state, RunAction action) => RunTransitions.Of(state, action).Next is not null;
}
