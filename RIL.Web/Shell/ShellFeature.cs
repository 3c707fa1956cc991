using MudBlazor;
using MudBlazor.Services;

namespace RIL.Web.Shell;

/// <summary>The frame around every page.</summary>
public static class ShellFeature
{
    /// <summary>Registers Blazor, MudBlazor and running as a service of the system.</summary>
    public static void AddShell(this WebApplicationBuilder builder)
    {
        builder.WebHost.UseStaticWebAssets();
        builder.Services.AddSystemd();
        builder.Services.AddWindowsService();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddMudServices(mud =>
        {
            mud.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomRight;
            mud.SnackbarConfiguration.VisibleStateDuration = 6000;
            mud.SnackbarConfiguration.ShowTransitionDuration = 100;
            mud.SnackbarConfiguration.HideTransitionDuration = 100;
        });
    }

    /// <summary>What every request passes first.</summary>
    public static void UseShell(this WebApplication app)
    {
        // Whoever looks gets a page that says so; a form that is sent gets the status as it is: the page would take it for its own and answer 400.
        app.UseWhen(context => HttpMethods.IsGet(context.Request.Method), looks => looks.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
        app.UseMiddleware<SecurityHeaders>();
        // Before routing: the site's own files are for everybody, and the fallback policy would hide them behind the sign-in page.
        // An address with a version never changes; a module that another one imports has none and is asked for again.
        app.UseStaticFiles(new StaticFileOptions
        {
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = file.Context.Request.Query.ContainsKey("v") ? "public, max-age=31536000, immutable" : "no-cache",
        });
        app.UseRouting();
    }

    /// <summary>Maps the pages.</summary>
    public static void MapShell(this WebApplication app)
    {
        app.UseAntiforgery();
        app.MapStaticAssets().AllowAnonymous();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
    }
}
