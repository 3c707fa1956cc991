using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace RIL.Web.Accounts;

/// <summary>Notes every request of a signed-in person that stays open, so that it can be cut, and cuts it when the cookie or token expires.</summary>
internal sealed class SessionTracking(RequestDelegate next, Sessions sessions, TimeProvider clock)
{
    /// <summary>The sign-in a cookie belongs to; kept beside the claims, which are made anew now and then.</summary>
    public const string Item = "session";

    private const string BeganItem = "session_began";

    // Timers count to 49 days; whoever is connected for that long connects again.
    private static readonly TimeSpan LongestConnection = TimeSpan.FromDays(30);

    /// <summary>The claim with a token's identifier.</summary>
    public const string TokenClaim = "token";

    public async Task Invoke(HttpContext context)
    {
        if (!Stays(context.Request) || context.User.FindFirstValue(ClaimTypes.NameIdentifier) is not { } person)
        {
            await next(context);
            return;
        }
        AuthenticationProperties? properties = context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties;
        using IDisposable connection = sessions.Track(person, Session(context), context.Abort);
        // Ended after the cookie or token was looked at and before the connection was noted: nobody else would cut it.
        if (sessions.IsEnded(person, Session(context), Began(properties)))
        {
            context.Abort();
            return;
        }
        TimeSpan left = properties?.ExpiresUtc is { } end ? end - clock.GetUtcNow() : LongestConnection;
        await using ITimer expiry = clock.CreateTimer(_ => context.Abort(), null, left < TimeSpan.Zero ? TimeSpan.Zero : left < LongestConnection ? left : LongestConnection, Timeout.InfiniteTimeSpan);
        await next(context);
    }

    /// <summary>Notes in a cookie or token's ticket when its sign-in began, unless it says so already.</summary>
    public static void Begin(AuthenticationProperties properties, DateTimeOffset now) => properties.Items.TryAdd(BeganItem, now.UtcTicks.ToString(CultureInfo.InvariantCulture));

    /// <summary>When the sign-in of a ticket began.</summary>
    public static DateTimeOffset? Began(AuthenticationProperties? properties) =>
        properties is not null && properties.Items.TryGetValue(BeganItem, out string? text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long ticks) ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

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
