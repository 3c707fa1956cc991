using RIL.Web.Accounts;
using RIL.Web.Api;
using RIL.Web.Compare;
using RIL.Web.Data;
using RIL.Web.Datasets;
using RIL.Web.Home;
using RIL.Web.Models;
using RIL.Web.Operations;
using RIL.Web.Palette;
using RIL.Web.Runs;
using RIL.Web.Runs.Jobs;
using RIL.Web.Runs.Live;
using RIL.Web.Runs.Metrics;
using RIL.Web.Runs.Pages;
using RIL.Web.Shell;
using RIL.Web.Teachers;

namespace RIL.Web;

/// <summary>The site, put together: one line a feature. Tests start the same.</summary>
public static class Site
{
    /// <summary>The site, its database prepared, ready to be run.</summary>
    public static async Task<WebApplication> Build(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(ContentRoot.Options(args));
        builder.AddShell();
        builder.AddApi();
        builder.AddData();
        builder.AddAccounts();
        builder.AddRuns();
        builder.AddMetrics();
        builder.AddJobs();
        builder.AddLive();
        builder.AddRunPage();
        builder.AddCompare();
        builder.AddDatasets();
        builder.AddTeachers();
        builder.AddModels();
        builder.AddOperations();
        builder.AddHome();
        builder.AddPalette();

        WebApplication app = builder.Build();
        await app.PrepareDatabase();
        app.UseShell();
        app.UseApi();
        app.UseAccounts();
        app.MapAccounts();
        app.MapRuns();
        app.MapJobs();
        app.MapApi();
        app.MapMetrics();
        app.MapLive();
        app.MapRunPage();
        app.MapDatasets();
        app.MapTeachers();
        app.MapModels();
        app.MapOperations();
        app.MapPalette();
        app.MapShell();
        return app;
    }
}
