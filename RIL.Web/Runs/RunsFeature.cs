using RIL.Web.Runs.Form;
using RIL.Web.Runs.Query;

namespace RIL.Web.Runs;

/// <summary>Runs from form to checkpoint: all that is registered, and all that is answered.</summary>
public static class RunsFeature
{
    /// <summary>Registers services.</summary>
    public static void AddRuns(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RunConfigs>();
        builder.Services.AddSingleton<RunQueue>();
        builder.Services.AddSingleton<RunService>();
        builder.Services.AddSingleton<RunQuery>();
        builder.Services.AddSingleton<RunEstimator>();
    }

    /// <summary>Maps endpoints.</summary>
    public static void MapRuns(this WebApplication app) => RunEndpoints.Map(app);
}
