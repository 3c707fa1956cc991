using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using RIL.Training;
using RIL.Web.Accounts;
using RIL.Web.Api;

namespace RIL.Web.Operations;

/// <summary>A word about the whole site, for whoever watches it from outside.</summary>
/// <param name="Status">ok or unhealthy.</param>
public sealed record HealthAnswer(string Status);

/// <summary>A number of slots.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SlotCount([property: JsonRequired, Range(0, 64)] int Slots);

/// <summary>Days after which the trash empties itself.</summary>
/// <param name="Days">0 = never.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TrashDays([property: JsonRequired, Range(0, 3650)] int Days);

/// <summary>Runs to purge.</summary>
/// <param name="Runs">Identifiers; give these, or all.</param>
/// <param name="All">True: everything that is in the trash.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PurgeRequest(IReadOnlyList<string>? Runs = null, bool? All = null);

/// <summary>Bytes that were given back.</summary>
public sealed record CompactResult(long Bytes);

/// <summary>REST of the machine, storage and trash.</summary>
internal static class OperationsEndpoints
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/health", Health).AllowAnonymous().ExcludeFromDescription();
        RouteGroupBuilder group = app.MapApiGroup("system");
        group.MapGet("/", async (SystemOverview overview, HttpContext context) => TypedResults.Ok(await overview.Look(context.RequestAborted))).WithName("GetSystem").WithSummary("Health, machine, versions, slots, trainers, database");
        group.MapGet("/storage", async (StorageUse use, bool refresh = false) => TypedResults.Ok(await use.Refresh(refresh))).WithName("GetStorage").WithSummary("Bytes on disk, by run; measured at most once a minute unless refresh is true");
        group.MapGet("/trash", async (SystemOverview overview, StorageUse use, HttpContext context) =>
            {
                await use.Refresh();
                return TypedResults.Ok(await overview.Trash(context.RequestAborted));
            }).WithName("GetTrash").WithSummary("Runs in the trash, with bytes");
        RouteGroupBuilder administrators = app.MapApiGroup("system").RequireAuthorization(Policies.Administrator);
        administrators.MapPut("/slots", async (SlotCount wish, Slots slots) =>
            {
                await slots.Change(wish.Slots);
                return TypedResults.Ok(new SlotCount(await slots.Count()));
            }).WithName("ChangeSlots").WithSummary("How many runs train at once");
        administrators.MapPut("/trash/days", async (TrashDays wish, Trash trash) =>
            {
                await trash.ChangeDays(wish.Days);
                return TypedResults.Ok(new TrashDays(await trash.Days()));
            }).WithName("ChangeTrashDays").WithSummary("After how many days the trash empties itself; 0 = never");
        administrators.MapPost("/trash/purge", Purge).WithName("PurgeTrash").WithSummary("Remove runs of the trash for good, rows and files: those that are named, or all");
        administrators.MapPost("/database/compact", async (DatabaseCare care) => TypedResults.Ok(new CompactResult(await care.Compact()))).WithName("CompactDatabase").WithSummary("Give the database's empty bytes back to the disk");
        administrators.MapGet("/database/backup", async (DatabaseCare care, TimeProvider clock) =>
                TypedResults.File(await care.Backup(), "application/vnd.sqlite3", $"ril-{clock.GetUtcNow():yyyyMMdd-HHmmss}.db"))
            .WithName("BackUpDatabase").WithSummary("A whole copy of the database, made while the site works").ProducesFile("application/vnd.sqlite3");
    }

    // What cannot be undone happens to what is named, or to all where that is said: never because something was left out.
    private static async Task<Ok<PurgeResult>> Purge(PurgeRequest wish, Trash trash)
    {
        bool all = wish.All ?? false;
        if (all == wish.Runs is not null) throw new InputException("The request names no runs, or runs and all of them; expected runs (a list of identifiers), or \"all\": true for the whole trash.");
        return TypedResults.Ok(await trash.Purge(all ? null : [.. wish.Runs!.OfType<string>()], CancellationToken.None)); // once begun, it ends whether or not the caller waits
    }

    // Whoever is not signed in learns a word and no detail.
    private static async Task<JsonHttpResult<HealthAnswer>> Health(SiteHealth health, HttpContext context)
    {
        bool healthy = (await health.Look(context.RequestAborted)).All(p => p.Healthy);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(new HealthAnswer(healthy ? "ok" : "unhealthy"), statusCode: healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
