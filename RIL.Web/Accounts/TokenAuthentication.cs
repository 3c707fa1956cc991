using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace RIL.Web.Accounts;

/// <summary>
/// <c>Authorization: Bearer ril_…</c> of scripts, for REST and hubs alone: pages, circuits and sign-out know no scopes, so there a token opens nothing.
/// Hubs may send the token as <c>access_token</c>, because browsers cannot set headers on web sockets.
/// </summary>
internal sealed class TokenAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, TokenService tokens, TimeProvider clock)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    /// <summary>Name of the scheme.</summary>
    public const string Token = "token";

    public static bool IsUsed(HttpRequest request) => Text(request) is not null;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Text(Request) is not { } text) return AuthenticateResult.NoResult();
        DateTimeOffset began = clock.GetUtcNow();
        if (await tokens.Recognise(text) is not var (caller, token)) return AuthenticateResult.Fail("The token is unknown or has expired.");
        var identity = new ClaimsIdentity(
            [new(ClaimTypes.NameIdentifier, caller.Id!), new(ClaimTypes.Name, caller.Name), new(Caller.RoleClaim, caller.Role.ToString()), new(SessionTracking.TokenClaim, token.Id)], Token);
        var properties = new AuthenticationProperties { ExpiresUtc = token.ExpiresAt };
        SessionTracking.Begin(properties, began);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), properties, Token));
    }

    private static string? Text(HttpRequest request)
    {
        bool hub = request.Path.StartsWithSegments("/hubs");
        if (!hub && !request.Path.StartsWithSegments("/api")) return null;
        string? header = request.Headers.Authorization;
        if (header is not null && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return header["Bearer ".Length..].Trim();
        return hub ? request.Query["access_token"] : (string?)null;
    }
}
