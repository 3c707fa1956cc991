using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RIL.Web.Accounts;
using RIL.Web.Api;
using RIL.Web.Runs.Query;

namespace RIL.Web.Palette;

/// <summary>Ctrl+K: one list of runs, pages and actions, searched on the server and drawn by <c>palette.js</c>.</summary>
public static class PaletteFeature
{
    private const int LongestText = 200;

    /// <summary>Registers services.</summary>
    public static void AddPalette(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RunFinder>();
        builder.Services.AddSingleton<PaletteSearch>();
    }

    /// <summary>Maps the endpoint.</summary>
    public static void MapPalette(this WebApplication app) =>
        app.MapApiGroup("palette").MapGet("", Find).WithName("FindAnything").WithSummary("Runs by name, identifier or tag, pages and actions that the caller may use, best first.");

    private static async Task<Ok<PaletteAnswer>> Find(string? text, string? at, PaletteSearch search, ClaimsPrincipal user) =>
        TypedResults.Ok(await search.Find(text is { Length: > LongestText } ? text[..LongestText] : text, at, Caller.Of(user)));
}
