using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace RIL.Web.Accounts;

/// <summary>Puts the person's role into the cookie's claims.</summary>
internal sealed class PersonClaims(UserManager<RilUser> people, IOptions<IdentityOptions> options) : UserClaimsPrincipalFactory<RilUser>(people, options)
{
    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(RilUser user)
    {
        ClaimsIdentity identity = await base.GenerateClaimsAsync(user);
        identity.AddClaim(new Claim(Caller.RoleClaim, user.Role.ToString()));
        return identity;
    }
}
