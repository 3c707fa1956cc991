using RIL.Web.Runs.Checkpoints;
using RIL.Web.Runs.Completions;
using RIL.Web.Runs.Log;

namespace RIL.Web.Runs.Pages;

/// <summary>The page of a run with its completions, checkpoints and log.</summary>
public static class RunPageFeature
{
    /// <summary>Registers services.</summary>
    public static void AddRunPage(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<CompletionExamples>();
        builder.Services.AddSingleton<CompletionReader>();
        builder.Services.AddSingleton<CheckpointService>();
        builder.Services.AddSingleton<RunLog>();
        builder.Services.AddSingleton<TrainerOutput>();
        builder.Services.AddSingleton<RunMetrics>();
    }

    /// <summary>Maps endpoints.</summary>
    public static void MapRunPage(this WebApplication app)
    {
        app.MapCompletions();
        app.MapCheckpoints();
        app.MapRunLog();
    }
}
