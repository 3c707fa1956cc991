using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace RIL.Web.Accounts;

/// <summary><c>Authorization: Bearer ril_…</c>; hubs may send the token as <c>access_token</c>, because browsers cannot set headers on web sockets.</summary>
internal sealed class TokenAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, TokenService tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public const string Scheme_ = "token";

    public static bool IsUsed(HttpRequest request) => Text(request) is not null;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Text(Request) is not { } text) return AuthenticateResult.NoResult();
        if (await tokens.Recognise(text) is not var (caller, token)) return AuthenticateResult.Fail("The token is unknown or has expired.");
        var identity = new ClaimsIdentity(
            [new(ClaimTypes.NameIdentifier, caller.Id!), new(ClaimTypes.Name, caller.Name), new(Caller.RoleClaim, caller.Role.ToString()), new(SessionTracking.TokenClaim, token)], Scheme_);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme_));
    }

    private static string? Text(HttpRequest request)
    {
        string? header = request.Headers.Authorization;
        if (header is not null && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return header["Bearer ".Length..].Trim();
        return request.Path.StartsWithSegments("/hubs") ? request.Query["access_token"] : (string?)null;
    }
}
