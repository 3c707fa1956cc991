using Microsoft.AspNetCore.Authorization;

namespace RIL.Web.Accounts;

/// <summary>What pages and endpoints ask for; each includes those before it. Where nothing is said, <see cref="Viewer"/> is asked for.</summary>
public static class Policies
{
    /// <summary>Anybody who is signed in.</summary>
    public const string Viewer = nameof(Viewer);

    /// <summary>Who may create and steer.</summary>
    public const string Member = nameof(Member);

    /// <summary>Who may decide about people and slots, and remove for good what is in the trash; a member can restore it.</summary>
    public const string Administrator = nameof(Administrator);

    internal static void Configure(AuthorizationBuilder authorization)
    {
        authorization.AddPolicy(Viewer, p => p.RequireAuthenticatedUser());
        authorization.AddPolicy(Member, p => p.RequireRole(nameof(UserRole.Member), nameof(UserRole.Administrator)));
        authorization.AddPolicy(Administrator, p => p.RequireRole(nameof(UserRole.Administrator)));
        authorization.SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }
}
