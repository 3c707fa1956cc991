using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RIL.Web.Api;
using RIL.Web.Data;

namespace RIL.Web.Accounts;

/// <summary>Who may do what: all that is registered, and all that is answered.</summary>
public static class AccountsFeature
{
    /// <summary>Attempts to sign in or use a link, per address and minute.</summary>
    internal const string Attempts = "attempts";

    private const string Either = "cookie or token";

    /// <summary>Registers sign-in, tokens and policies; without a policy of their own, pages and endpoints ask for somebody who is signed in.</summary>
    public static void AddAccounts(this WebApplicationBuilder builder)
    {
        IServiceCollection services = builder.Services;
        services.AddCascadingAuthenticationState();
        services.AddDataProtection().SetApplicationName("RIL");
        services.AddOptions<Microsoft.AspNetCore.DataProtection.KeyManagement.KeyManagementOptions>()
            .Configure<Storage, ILoggerFactory>((keys, storage, logs) => keys.XmlRepository = new Microsoft.AspNetCore.DataProtection.Repositories.FileSystemXmlRepository(new DirectoryInfo(storage.Keys), logs));
        services.AddAuthentication(options =>
            {
                options.DefaultScheme = Either;
                options.DefaultSignInScheme = IdentityConstants.ApplicationScheme;
            })
            .AddPolicyScheme(Either, null, options => options.ForwardDefaultSelector = context => TokenAuthentication.IsUsed(context.Request) ? TokenAuthentication.Token : IdentityConstants.ApplicationScheme)
            .AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.Token, null)
            .AddIdentityCookies();
        services.ConfigureApplicationCookie(SignInCookie.Configure);
        services.AddIdentityCore<RilUser>(options =>
            {
                options.Password = new PasswordOptions { RequiredLength = PasswordRules.Shortest, RequireDigit = false, RequireLowercase = false, RequireUppercase = false, RequireNonAlphanumeric = false, RequiredUniqueChars = 1 };
                options.Lockout = new LockoutOptions { MaxFailedAccessAttempts = 8, DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5), AllowedForNewUsers = true };
                options.User.AllowedUserNameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._@+ äöüÄÖÜßéèêáàâíìóòôúùçñ";
            })
            .AddEntityFrameworkStores<RilDb>().AddSignInManager().AddDefaultTokenProviders().AddClaimsPrincipalFactory<PersonClaims>().AddPasswordValidator<PasswordRules>();
        services.Configure<SecurityStampValidatorOptions>(options => options.ValidationInterval = TimeSpan.FromMinutes(1));
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContext());
        services.AddSingleton<Sessions>();
        services.AddSingleton<PeopleService>();
        services.AddSingleton<InvitationService>();
        services.AddSingleton<TokenService>();
        services.AddHostedService<FirstStart>();
        Policies.Configure(services.AddAuthorizationBuilder());
        int attempts = builder.Configuration.GetValue("Accounts:AttemptsPerMinute", 20);
        services.AddRateLimiter(limits =>
        {
            limits.OnRejected = (rejected, _) =>
            {
                rejected.HttpContext.Response.Headers.RetryAfter = "60";
                return new ValueTask(ProblemOf.Refuse(rejected.HttpContext, StatusCodes.Status429TooManyRequests, "Too many attempts from this address; wait a minute and try again."));
            };
            limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => IsAttempt(context.Request)
                ? RateLimitPartition.GetFixedWindowLimiter(context.Connection.RemoteIpAddress?.ToString() ?? "", _ => new FixedWindowRateLimiterOptions { PermitLimit = attempts, Window = TimeSpan.FromMinutes(1) })
                : RateLimitPartition.GetNoLimiter(""));
        });
    }

    /// <summary>What every request passes: limits, who it is, what that person may do.</summary>
    public static void UseAccounts(this WebApplication app)
    {
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseMiddleware<SessionTracking>();
    }

    /// <summary>Maps signing out, here or everywhere.</summary>
    public static void MapAccounts(this WebApplication app) =>
        app.MapPost("/sign-out", async (HttpContext context, SignInManager<RilUser> sign, UserManager<RilUser> people, Sessions sessions, string? everywhere) =>
        {
            if (SessionTracking.Session(context) is { } session) sessions.EndSession(session);
            if (everywhere == "true" && await people.GetUserAsync(context.User) is { } person)
            {
                await people.UpdateSecurityStampAsync(person);
                sessions.EndAll(person.Id);
            }
            await sign.SignOutAsync();
            return TypedResults.LocalRedirect("/sign-in");
        }).ExcludeFromDescription();

    private static bool IsAttempt(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) && (request.Path.StartsWithSegments("/sign-in") || request.Path.StartsWithSegments("/start") || request.Path.StartsWithSegments("/invite") || request.Path.StartsWithSegments("/account/password"));
}
