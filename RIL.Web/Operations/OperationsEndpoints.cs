using Microsoft.AspNetCore.Http.HttpResults;

namespace RIL.Web.Operations;

/// <summary>A word about the whole site, for whoever watches it from outside.</summary>
/// <param name="Status">ok or unhealthy.</param>
public sealed record HealthAnswer(string Status);

/// <summary>REST of the machine, storage and trash.</summary>
internal static class OperationsEndpoints
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/health", Health).AllowAnonymous().ExcludeFromDescription();
    }

    // Whoever is not signed in learns a word and no detail.
    private static async Task<JsonHttpResult<HealthAnswer>> Health(SiteHealth health, HttpContext context)
    {
        bool healthy = (await health.Look(context.RequestAborted)).All(p => p.Healthy);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(new HealthAnswer(healthy ? "ok" : "unhealthy"), statusCode: healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
