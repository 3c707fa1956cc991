using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RIL.Web.Accounts;
using RIL.Web.Api;

namespace RIL.Web.Runs.Checkpoints;

/// <summary>Checkpoints over HTTP.</summary>
internal static class CheckpointEndpoints
{
    public static void MapCheckpoints(this WebApplication app)
    {
        RouteGroupBuilder group = app.MapApiGroup("runs");
        group.MapGet("{id}/checkpoints", List).WithName("ListCheckpoints").WithSummary("The trained student where there is one, then the checkpoints, newest first, these with the SHA-256 of every file.").Produces(StatusCodes.Status304NotModified);
        group.MapGet("{id}/checkpoints/{name}/file", Download).WithName("DownloadCheckpoint").WithSummary("A checkpoint (checkpoint-N) or the trained student (student) as a zip.").ProducesFile("application/zip");
        group.MapPut("{id}/checkpoints/{name}/keep", Keep).RequireAuthorization(Policies.Member).WithName("KeepCheckpoint").WithSummary("Protects a checkpoint from the trainer's pruning (save_total_limit).");
        group.MapDelete("{id}/checkpoints/{name}/keep", Release).RequireAuthorization(Policies.Member).WithName("ReleaseCheckpoint").WithSummary("Takes that protection away.");
        group.MapDelete("{id}/checkpoints/{name}", Delete).RequireAuthorization(Policies.Member).WithName("DeleteCheckpoint").WithSummary("Deletes a checkpoint for good; answers with what was deleted.");
    }

    private static async Task<Results<Results<Ok<IReadOnlyList<CheckpointInfo>>, StatusCodeHttpResult>, ProblemHttpResult>> List(string id, HttpContext http, RunService runs, CheckpointService checkpoints) =>
        await runs.Find(id) is null ? ProblemOf.Missing("run", id) : EntityTag.Answer(http, checkpoints.List(id));

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> Download(string id, string name, RunService runs, CheckpointService checkpoints, HttpContext context)
    {
        if (await runs.Find(id) is null) return (ProblemHttpResult)ProblemOf.Missing("run", id);
        if (checkpoints.Folder(id, name) is not { } folder) return (ProblemHttpResult)ProblemOf.Missing("checkpoint", name);
        string root = $"{id}-{name}";
        return TypedResults.Stream(target => CheckpointZip.Write(folder, root, target, context.RequestAborted), "application/zip", root + ".zip");
    }

    private static Task<Results<Ok<CheckpointInfo>, ProblemHttpResult>> Keep(string id, string name, RunService runs, CheckpointService checkpoints, ClaimsPrincipal user) =>
        Act(id, name, runs, run => checkpoints.Keep(run, name, keep: true, Caller.Of(user)));

    private static Task<Results<Ok<CheckpointInfo>, ProblemHttpResult>> Release(string id, string name, RunService runs, CheckpointService checkpoints, ClaimsPrincipal user) =>
        Act(id, name, runs, run => checkpoints.Keep(run, name, keep: false, Caller.Of(user)));

    private static Task<Results<Ok<CheckpointInfo>, ProblemHttpResult>> Delete(string id, string name, RunService runs, CheckpointService checkpoints, ClaimsPrincipal user) =>
        Act(id, name, runs, run => checkpoints.Delete(run, name, Caller.Of(user)));

    private static async Task<Results<Ok<CheckpointInfo>, ProblemHttpResult>> Act(string id, string name, RunService runs, Func<Run, Task<CheckpointOutcome>> wish)
    {
        if (await runs.Find(id) is not { } run) return (ProblemHttpResult)ProblemOf.Missing("run", id);
        CheckpointOutcome outcome = await wish(run);
        if (outcome.Refusal is { } refusal) return (ProblemHttpResult)ProblemOf.Conflict(refusal);
        return outcome.Checkpoint is { } checkpoint ? TypedResults.Ok(checkpoint) : (ProblemHttpResult)ProblemOf.Missing("checkpoint", name);
    }
}
