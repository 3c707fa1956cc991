using Microsoft.AspNetCore.Http.HttpResults;
using RIL.Training;
using RIL.Web.Accounts;
using RIL.Web.Api;

namespace RIL.Web.Runs.Jobs;

/// <summary>The queue over REST.</summary>
internal static class QueueEndpoints
{
    public static void Map(WebApplication app)
    {
        RouteGroupBuilder queue = app.MapApiGroup("queue");
        queue.MapGet("", async (QueueService service) => TypedResults.Ok(await service.List())).WithName("GetQueue").WithSummary("Waiting runs in the order in which they get slots, and what each waits for.");
        queue.MapPut("{id}", Place).RequireAuthorization(Policies.Member).WithName("PlaceInQueue").WithSummary("Moves a waiting run before another one, to the end, or to another priority.");
    }

    private static async Task<Results<Ok<IReadOnlyList<WaitingRun>>, ProblemHttpResult>> Place(string id, QueuePlace place, QueueService service)
    {
        if (place is { Before: null, Priority: null }) throw new InputException("The request names no place; expected before (a waiting run's id, or \"\" for the end) or priority (-1, 0, 1).");
        return await service.Place(id, place) switch
        {
            null => ProblemOf.Missing("run", id),
            { Refusal: { } refusal } => ProblemOf.Conflict(refusal),
            _ => TypedResults.Ok(await service.List()),
        };
    }
}
