using Microsoft.AspNetCore.Http.HttpResults;
using RIL.Web.Api;

namespace RIL.Web.Runs.Completions;

/// <summary>Completions of a step, as REST gives them.</summary>
/// <param name="Steps">All steps of the run with completions.</param>
/// <param name="Step">The step that follows; null where there is none yet.</param>
/// <param name="Groups">Its questions.</param>
public sealed record StepCompletions(IReadOnlyList<KeptStep> Steps, long? Step, IReadOnlyList<CompletionGroup> Groups);

/// <summary>Completions over HTTP: JSON, the parquet file itself, and the pictures of the questions.</summary>
internal static class CompletionEndpoints
{
    public static void MapCompletions(this WebApplication app)
    {
        RouteGroupBuilder group = app.MapApiGroup("runs");
        group.MapGet("{id}/completions", Get).WithName("GetCompletions").WithSummary("Questions of a step with every answer, its rewards and its advantage; without a step the newest.").Produces(StatusCodes.Status304NotModified);
        group.MapGet("{id}/completions/{step:long}/file", File).WithName("GetCompletionsFile").WithSummary("The step's completions as parquet.").ProducesFile("application/vnd.apache.parquet");
        group.MapGet("{id}/completions/{step:long}/images/{group:int}/{index:int}", Picture).WithName("GetCompletionsPicture").WithSummary("A picture of a question of the step.").ProducesFile("image/png", PictureType.Others);
    }

    private static async Task<Results<Ok<StepCompletions>, StatusCodeHttpResult, ProblemHttpResult>> Get(string id, long? step, HttpContext http, RunService runs, CompletionReader reader)
    {
        if (await runs.Find(id) is not { } run) return ProblemOf.Missing("run", id);
        // What was kept is the same as long as the run's last event is.
        if (EntityTag.IsKnown(http, $"\"{id}-{run.LastEvent}-{run.Fence}\"")) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        IReadOnlyList<KeptStep> steps = await reader.Steps(id);
        if ((step ?? steps.LastOrDefault()?.Step) is not { } wanted) return TypedResults.Ok(new StepCompletions(steps, null, []));
        return await reader.Read(run, wanted) is { } groups
            ? TypedResults.Ok(new StepCompletions(steps, wanted, groups))
            : ProblemOf.Missing("kept completions of step", $"{wanted}");
    }

    private static async Task<Results<PhysicalFileHttpResult, ProblemHttpResult>> File(string id, long step, RunService runs, CompletionReader reader)
    {
        if (await runs.Find(id) is null) return (ProblemHttpResult)ProblemOf.Missing("run", id);
        string path = reader.PathOf(id, step);
        return System.IO.File.Exists(path)
            ? TypedResults.PhysicalFile(path, "application/vnd.apache.parquet", $"{id}-completions-{step}.parquet")
            : (ProblemHttpResult)ProblemOf.Missing("kept completions of step", $"{step}");
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> Picture(string id, long step, int group, int index, RunService runs, CompletionReader reader, HttpResponse response)
    {
        if (await runs.Find(id) is not { } run) return (ProblemHttpResult)ProblemOf.Missing("run", id);
        if (await reader.Picture(run, step, group, index) is not { } bytes) return (ProblemHttpResult)ProblemOf.Missing("picture", $"{group}/{index}");
        response.Headers.CacheControl = "private, max-age=3600";
        response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.File(bytes, PictureType.Of(bytes));
    }
}
