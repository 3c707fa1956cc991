using Hangfire;
using RIL.Web.Accounts;

namespace RIL.Web.Operations;

/// <summary>
/// Hangfire's own page about the jobs that carry runs. To look at, for administrators: what happens to a run is decided on its page, where the tables know of it, so
/// whatever the page could change is refused.
/// </summary>
internal static class JobQueuePage
{
    public const string Path = "/hangfire";

    public static void Map(WebApplication app)
    {
        var options = new DashboardOptions
        {
            Authorization = [], // the policy below
            IsReadOnlyFunc = _ => true,
            AppPath = "/system",
            DashboardTitle = "Job queue · RIL",
            DisplayStorageConnectionString = false,
            DarkModeEnabled = true,
        };
        // Its buttons are hidden by the option above; who sends the request by hand is refused here, whatever the page checks itself. The numbers it polls come by POST.
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments(Path, out PathString rest) && !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method) && rest != "/stats",
            commands => commands.Run(context =>
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return context.Response.WriteAsync("The job queue is here to be looked at; runs are steered on their own pages.");
            }));
        app.MapHangfireDashboard(Path, options).RequireAuthorization(Policies.Administrator).ExcludeFromDescription();
    }
}
