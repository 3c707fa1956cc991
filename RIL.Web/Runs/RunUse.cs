using Microsoft.EntityFrameworkCore;
using RIL.Web.Data;

namespace RIL.Web.Runs;

/// <summary>A run that names a data set, teacher or model in its configuration.</summary>
public sealed record RunUse(string Id, string Name, RunState State, int Color, DateTimeOffset CreatedAt)
{
    private static readonly RunState[] Ended = [RunState.Finished, RunState.Failed, RunState.Cancelled, RunState.Archived, RunState.Deleted];
    private const int Named = 3;

    /// <summary>Whether the run may still want what it names.</summary>
    public bool IsOpen => !Ended.Contains(State);

    /// <summary>The runs whose configuration holds this reference, newest first.</summary>
    public static async Task<IReadOnlyList<RunUse>> Of(RilDb db, string reference)
    {
        // References hold no sign that means something to LIKE except _, which stands for itself among others; the quotes make it exact.
        string pattern = $"%\"{reference}\"%";
        return await db.Runs.Where(r => EF.Functions.Like(r.Config, pattern)).OrderByDescending(r => r.CreatedAt)
            .Select(r => new RunUse(r.Id, r.Name, r.State, r.Color, r.CreatedAt)).ToListAsync();
    }

    /// <summary>Why something cannot be deleted, naming the runs that have not ended; null where nothing is in the way.</summary>
    public static string? Refusal(string what, IReadOnlyList<RunUse> uses)
    {
        RunUse[] open = [.. uses.Where(u => u.IsOpen)];
        if (open.Length == 0) return null;
        string named = string.Join(", ", open.Take(Named).Select(u => $"'{u.Name}' ({u.State.ToString().ToLowerInvariant()}, {u.Id})"));
        string more = open.Length > Named ? $" and {open.Length - Named} more" : "";
        return $"{what} is used by {(open.Length == 1 ? "a run that has" : $"{open.Length} runs that have")} not ended: {named}{more}. Stop, delete or change {(open.Length == 1 ? "it" : "them")} first.";
    }
}
