using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace RIL.Web.Runs;

/// <summary>A run as REST gives it.</summary>
/// <param name="Id">Identifier.</param>
/// <param name="Name">Name.</param>
/// <param name="State">State.</param>
/// <param name="Reason">Why it is in this state, where that is not obvious.</param>
/// <param name="Stage">The stage it is in.</param>
/// <param name="StageStep">Steps done in the stage.</param>
/// <param name="StageTotal">Steps of the stage.</param>
/// <param name="LeftSeconds">Seconds left in the stage.</param>
/// <param name="Step">The run's step.</param>
/// <param name="Owner">Identifier of the person who created it.</param>
/// <param name="ParentId">The run it was cloned from.</param>
/// <param name="Tags">Tags.</param>
/// <param name="Notes">Notes.</param>
/// <param name="Priority">Place in the queue: higher goes first.</param>
/// <param name="Attempt">How often a trainer was started for it.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="QueuedAt">When it last entered the queue.</param>
/// <param name="StartedAt">When its trainer first started.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="WorkedSeconds">Seconds its trainers have worked.</param>
/// <param name="LastEvent">Number of the last event stored.</param>
/// <param name="Version">Grows with every change that people make.</param>
/// <param name="Actions">What can be asked of it now.</param>
/// <param name="Config">Every setting, by TRL's names.</param>
/// <param name="Summary">The closing table, once there is one.</param>
public sealed record RunDetails(
    string Id, string Name, RunState State, string? Reason, string? Stage, long StageStep, long? StageTotal, double? LeftSeconds, long Step,
    string? Owner, string? ParentId, IReadOnlyList<string> Tags, string? Notes, int Priority, int Attempt,
    DateTimeOffset CreatedAt, DateTimeOffset? QueuedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, double WorkedSeconds, long LastEvent, long Version,
    IReadOnlyList<RunAction> Actions, JsonObject? Config, JsonObject? Summary)
{
    /// <summary>The details of a run.</summary>
    public static RunDetails Of(Run run) => new(
        run.Id, run.Name, run.State, run.Reason, run.Stage, run.StageStep, run.StageTotal, run.LeftSeconds, run.Step,
        run.OwnerId, run.ParentId, [.. run.Tags.Select(t => t.Tag).Order(StringComparer.OrdinalIgnoreCase)], run.Notes, run.Priority, run.Attempt,
        run.CreatedAt, run.QueuedAt, run.StartedAt, run.EndedAt, run.WorkedSeconds, run.LastEvent, run.Version,
        [.. Enum.GetValues<RunAction>().Where(action => RunTransitions.Of(run.State, action, run.CameFrom).Next is not null)], Json(run.Config), Json(run.Summary));

    /// <summary>Changes whenever the details do.</summary>
    public string Tag => $"\"{Id}-{Version}-{LastEvent}-{State}-{Attempt}\"";

    /// <summary>Whether a condition (If-Match) names the version that people see now: the tag of an answer from before, or the version alone. What the trainer did since is no other version.</summary>
    public bool IsVersion(string condition) =>
        condition is "*" || condition == $"\"{Version}\"" || condition.StartsWith($"\"{Id}-{Version}-", StringComparison.Ordinal) || condition.StartsWith($"W/\"{Id}-{Version}-", StringComparison.Ordinal);

    private static JsonObject? Json(string? text) => text is null ? null : JsonNode.Parse(text)!.AsObject();
}

/// <summary>What a new run is made of: a preset, settings over it, and what people say about it.</summary>
/// <param name="Name">Name; left out, one is made from the configuration.</param>
/// <param name="Presets">Names of presets (GET config/presets), laid over each other in order, e.g. quickstart, grpo; left out, the defaults.</param>
/// <param name="Config">Settings that differ, by TRL's names.</param>
/// <param name="ConfigYaml">The same as YAML text; give one of the two.</param>
/// <param name="Tags">Tags.</param>
/// <param name="Notes">Notes.</param>
/// <param name="ParentId">The run it is a variation of.</param>
/// <param name="Start">Whether it enters the queue at once (the default) or is kept as a draft.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RunRequest(
    string? Name = null, IReadOnlyList<string>? Presets = null, JsonObject? Config = null, string? ConfigYaml = null, IReadOnlyList<string>? Tags = null, string? Notes = null, string? ParentId = null, bool? Start = null);

/// <summary>What people say about a run; what is left out stays.</summary>
/// <param name="Name">Name.</param>
/// <param name="Notes">Notes.</param>
/// <param name="Tags">Tags, all of them.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RunChange(string? Name = null, string? Notes = null, IReadOnlyList<string>? Tags = null);
