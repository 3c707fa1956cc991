using System.Security.Claims;

namespace RIL.Web.Accounts;

/// <summary>Who asks: a signed-in person, or a token in that person's name.</summary>
/// <param name="Id">The person's identifier; null for the site itself.</param>
/// <param name="Name">The name the others see.</param>
/// <param name="Role">What may be done.</param>
public sealed record Caller(string? Id, string Name, UserRole Role)
{
    /// <summary>The claim that holds the role.</summary>
    public const string RoleClaim = ClaimTypes.Role;

    /// <summary>The site itself.</summary>
    public static Caller Site { get; } = new(null, "the site", UserRole.Administrator);

    /// <summary>The caller of a request or circuit that passed the policy of its page or endpoint.</summary>
    public static Caller Of(ClaimsPrincipal user) => new(
        user.FindFirstValue(ClaimTypes.NameIdentifier) ?? throw new InvalidOperationException("Nobody is signed in."),
        user.Identity?.Name ?? "",
        Enum.TryParse(user.FindFirstValue(RoleClaim), out UserRole role) ? role : UserRole.Viewer);
}
