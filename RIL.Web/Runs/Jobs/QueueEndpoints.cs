using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using RIL.Training;
using RIL.Web.Accounts;
using RIL.Web.Api;

namespace RIL.Web.Runs.Jobs;

/// <summary>Where a waiting run shall stand; what is null stays.</summary>
/// <param name="Before">The waiting run to stand before; empty = last.</param>
/// <param name="Priority">-1 low, 0 normal, 1 high.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record QueuePlace(string? Before = null, [property: Range(-1, 1)] int? Priority = null);

/// <summary>The queue over REST.</summary>
internal static class QueueEndpoints
{
    public static void Map(WebApplication app)
    {
        RouteGroupBuilder queue = app.MapApiGroup("queue");
        queue.MapGet("", async (QueueService service) => TypedResults.Ok(await service.List())).WithName("GetQueue").WithSummary("Waiting runs in the order in which they get slots, and what each waits for.");
        queue.MapPut("{id}", Place).RequireAuthorization(Policies.Member).WithName("PlaceInQueue").WithSummary("Moves a waiting run before another one, to the end, or to another priority.");
    }

    private static async Task<Ok<IReadOnlyList<WaitingRun>>> Place(string id, QueuePlace place, QueueService service)
    {
        if (place is { Before: null, Priority: null }) throw new InputException("The request names no place; expected before (a waiting run's id, or \"\" for the end) or priority (-1, 0, 1).");
        if (place.Priority is { } priority) await service.SetPriority(id, priority);
        if (place.Before is { } before) await service.Move(id, before.Length == 0 ? null : before);
        return TypedResults.Ok(await service.List());
    }
}
