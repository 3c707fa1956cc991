using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace RIL.Web.Accounts;

/// <summary>Notes every request of a signed-in person that stays open, so that it can be cut.</summary>
internal sealed class SessionTracking(RequestDelegate next, Sessions sessions)
{
    /// <summary>The sign-in a cookie belongs to; kept beside the claims, which are made anew now and then.</summary>
    public const string Item = "session";

    /// <summary>When that sign-in began, in ticks.</summary>
    public const string Began = "session_began";

    /// <summary>The claim with a token's identifier.</summary>
    public const string TokenClaim = "token";

    public async Task Invoke(HttpContext context)
    {
        if (!Stays(context.Request) || context.User.FindFirstValue(ClaimTypes.NameIdentifier) is not { } person)
        {
            await next(context);
            return;
        }
        using IDisposable connection = sessions.Track(person, Session(context), context.Abort);
        await next(context);
    }

    /// <summary>The sign-in or token of a request.</summary>
    public static string? Session(HttpContext context)
    {
        string? session = null;
        context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.Items.TryGetValue(Item, out session);
        return context.User.FindFirstValue(TokenClaim) ?? session;
    }

    private static bool Stays(HttpRequest request) =>
        request.Path.StartsWithSegments("/_blazor") || request.Path.StartsWithSegments("/hubs") || (request.Path.Value?.EndsWith("/events", StringComparison.Ordinal) ?? false);
}
