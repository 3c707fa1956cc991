using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using RIL.Web.Accounts;
using RIL.Web.Api;

namespace RIL.Web.Runs.Live;

/// <summary>Live news of runs: the hub for browsers, server-sent events for scripts.</summary>
public static class LiveFeature
{
    /// <summary>Registers feed and hub.</summary>
    public static void AddLive(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RunFeed>();
        builder.Services.AddSingleton<RunGaps>();
        builder.Services.AddSingleton<RunEventStream>();
        builder.Services.AddSignalR()
            .AddJsonProtocol(json =>
            {
                ApiFeature.Configure(json.PayloadSerializerOptions);
                json.PayloadSerializerOptions.Converters.Add(new SharedMessages(new JsonSerializerOptions(json.PayloadSerializerOptions)));
            })
            // Browsers take the connection for lost after three of these.
            .AddHubOptions<RunHub>(hub => hub.KeepAliveInterval = TimeSpan.FromSeconds(5));
    }

    /// <summary>Maps hub and events.</summary>
    public static void MapLive(this WebApplication app)
    {
        app.MapHub<RunHub>(RunHub.Path).RequireAuthorization(Policies.Viewer);
        app.MapApiGroup("runs").MapGet("/{id}/events", Events).WithName("FollowRun").WithSummary("News of a run as server-sent events, until it has ended")
            .WithDescription("Events: progress, metrics, completions, log, checkpoints, rewound, gap (read_again names what to read again), end. After a lost connection name the last identifier in Last-Event-ID and what was missed comes first.")
            .RequireAuthorization(Policies.Viewer);
    }

    private static async Task<Results<ServerSentEventsResult<object>, NoContent, ProblemHttpResult>> Events(string id, HttpContext http, RunService runs, RunEventStream stream, IHostApplicationLifetime site)
    {
        if (await runs.Find(id) is not { } run) return ProblemOf.Missing("run", id);
        string? lastId = http.Request.Headers["Last-Event-ID"];
        // 204 tells a browser's EventSource not to ask again.
        if (RunEventStream.Ended(run.State) && RunEventStream.Position(lastId).Event == run.LastEvent) return TypedResults.NoContent();
        http.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(stream.Follow(id, lastId, http.Response.Body, site.ApplicationStopping, http.RequestAborted));
    }
}
