using Microsoft.AspNetCore.Identity;
using RIL.Web.Data;

namespace RIL.Web.Accounts;

/// <summary>Who may do what: all that is registered, and all that is answered.</summary>
public static class AccountsFeature
{
    /// <summary>Registers sign-in and policies.</summary>
    public static void AddAccounts(this WebApplicationBuilder builder)
    {
        builder.Services.AddCascadingAuthenticationState();
        builder.Services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies();
        builder.Services.AddIdentityCore<RilUser>().AddEntityFrameworkStores<RilDb>().AddSignInManager();
        Policies.Configure(builder.Services.AddAuthorizationBuilder());
    }

    /// <summary>Maps endpoints.</summary>
    public static void MapAccounts(this WebApplication app)
    {
        app.UseAuthentication();
        app.UseAuthorization();
    }
}
