using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace RIL.Web.Accounts;

/// <summary>The cookie of a signed-in person. Programs get status codes, people the sign-in page.</summary>
internal static class SignInCookie
{
    public static void Configure(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "ril";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = Sessions.Longest;
        options.SlidingExpiration = true;
        options.LoginPath = "/sign-in";
        options.ReturnUrlParameter = "returnUrl";
        options.Events.OnSigningIn = context =>
        {
            // A cookie that is only renewed keeps what it has.
            context.Properties.Items.TryAdd(SessionTracking.Item, Secret.Create());
            SessionTracking.Begin(context.Properties, context.HttpContext.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());
            return Task.CompletedTask;
        };
        Func<CookieValidatePrincipalContext, Task> stamp = options.Events.OnValidatePrincipal;
        options.Events.OnValidatePrincipal = async context =>
        {
            context.Properties.Items.TryGetValue(SessionTracking.Item, out string? session);
            string? person = context.Principal?.FindFirstValue(ClaimTypes.NameIdentifier);
            if (context.HttpContext.RequestServices.GetRequiredService<Sessions>().IsEnded(person, session, SessionTracking.Began(context.Properties)))
            {
                context.RejectPrincipal();
                return;
            }
            await stamp(context);
            if (context.Principal is not null && person is not null) await context.HttpContext.RequestServices.GetRequiredService<PeopleService>().Seen(person);
        };
        options.Events.OnRedirectToLogin = context => Answer(context, StatusCodes.Status401Unauthorized);
        options.Events.OnRedirectToAccessDenied = context => Answer(context, StatusCodes.Status403Forbidden);
    }

    private static Task Answer(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        // A person who may not see a page is told so; one who is not signed in may do that and come back.
        if (status == StatusCodes.Status401Unauthorized && IsPage(context.Request)) context.Response.Redirect(context.RedirectUri);
        else context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static bool IsPage(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && !request.Path.StartsWithSegments("/api") && !request.Path.StartsWithSegments("/hubs") && !request.Path.StartsWithSegments("/_blazor");
}
