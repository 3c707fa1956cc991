using Microsoft.AspNetCore.Http.HttpResults;
using RIL.Web.Api;

namespace RIL.Web.Runs.Log;

/// <summary>What a trainer printed, over HTTP.</summary>
internal static class LogEndpoints
{
    public static void MapRunLog(this WebApplication app) =>
        app.MapApiGroup("runs").MapGet("{id}/output", Output).WithName("GetRunOutput").WithSummary("All that the run's trainers printed, as text; what became an event is in log.").ProducesFile("text/plain");

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> Output(string id, RunService runs, TrainerOutput output)
    {
        if (await runs.Find(id) is null) return (ProblemHttpResult)ProblemOf.Missing("run", id);
        if (output.PathOf(id) is not { } path) return (ProblemHttpResult)ProblemOf.Missing("output of a trainer of run", id);
        // The trainer may go on writing.
        return TypedResults.Stream(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, useAsync: true), "text/plain", $"{id}-{TrainerOutput.FileName}");
    }
}
