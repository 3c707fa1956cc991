using System.Text.Json.Serialization;
using RIL.Web.Accounts;
using RIL.Web.Api;
using RIL.Web.Datasets;
using RIL.Web.Runs;

namespace RIL.Web.Models;

/// <summary>A wish to register a folder as a student.</summary>
/// <param name="Folder">Name of the folder directly below the models folder.</param>
/// <param name="Name">Name; null = the folder's.</param>
/// <param name="Notes">What it is.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewModel([property: JsonRequired] string Folder, string? Name = null, string? Notes = null);

/// <summary>A student with what its folder holds.</summary>
public sealed record ModelDetails(ModelView Model, ModelFacts Facts);

/// <summary>REST of students.</summary>
internal static class ModelEndpoints
{
    public static void Map(WebApplication app)
    {
        RouteGroupBuilder group = app.MapApiGroup("models");
        group.MapGet("/", async (ModelService models) => TypedResults.Ok(await models.List())).WithName("ListModels").WithSummary($"Students: registered, the program's own, and those of the {ModelService.TrainedShown} runs that finished last; GET /models/run:ID gives any other");
        group.MapGet("/candidates", async (ModelService models) => TypedResults.Ok(await models.Candidates())).WithName("ListModelCandidates").WithSummary("Folders below the models folder that are not registered, with what they are or why they cannot be used");
        group.MapGet("/{id}", async Task<IResult> (string id, HttpContext http, ModelService models) => await models.Find(id) is { } found ? EntityTag.Answer(http, new ModelDetails(found, models.Facts(found))) : Missing(id))
            .WithName("GetModel").WithSummary("One student with its sizes and files").Produces<ModelDetails>().Produces(StatusCodes.Status304NotModified);
        group.MapGet("/{id}/runs", async Task<IResult> (string id, ModelService models) => await models.Find(id) is { } found ? TypedResults.Ok(await models.Uses(found.Reference)) : Missing(id))
            .WithName("GetModelRuns").WithSummary("The runs that use it").Produces<IReadOnlyList<RunUse>>();
        group.MapPost("/", async (NewModel wish, ModelService models, HttpContext context) =>
                Created(await models.Register(wish.Folder, wish.Name, wish.Notes, Caller.Of(context.User))))
            .RequireAuthorization(Policies.Member).WithName("RegisterModel").WithSummary("Register a folder below the models folder as a student").Produces<ModelView>(201).ProducesProblem(422);
        group.MapPatch("/{id}", async Task<IResult> (string id, Description change, ModelService models) => await models.Find(id) is { } found && await models.Describe(found.Id, change.Name, change.Notes) is { } changed ? TypedResults.Ok(changed) : Missing(id))
            .RequireAuthorization(Policies.Member).WithName("ChangeModel").WithSummary("Another name or other notes").Produces<ModelView>();
        group.MapDelete("/{id}", Delete).RequireAuthorization(Policies.Member).WithName("DeleteModel").WithSummary("Take a student off the list; its folder stays").Produces(204).ProducesProblem(409);
    }

    private static async Task<IResult> Delete(string id, ModelService models)
    {
        if (await models.Find(id) is not { } found) return Missing(id);
        if (found.Kind != "registered") return ProblemOf.Conflict(found.Kind == "run" ? "It belongs to its run; delete the run." : "It comes with the program and cannot be removed.");
        return await models.Unregister(found.Id) is { } refusal ? ProblemOf.Conflict(refusal) : TypedResults.NoContent();
    }

    private static IResult Created(ModelView made) => TypedResults.Created($"{ApiFeature.Root}/models/{made.Id}", made);

    private static IResult Missing(string id) => ProblemOf.Missing("model", id);
}
