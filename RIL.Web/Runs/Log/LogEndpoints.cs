using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using RIL.Training;
using RIL.Web.Api;

namespace RIL.Web.Runs.Log;

/// <summary>The sentences of a run and what its trainers printed, over HTTP.</summary>
internal static class LogEndpoints
{
    private const int LongestPage = 1000;

    public static void MapRunLog(this WebApplication app)
    {
        RouteGroupBuilder runs = app.MapApiGroup("runs");
        runs.MapGet("{id}/log", Sentences).WithName("GetRunLog").WithSummary("Sentences of a run, in order: pages of those after a number.");
        runs.MapGet("{id}/output", Output).WithName("GetRunOutput").WithSummary("All that the run's trainers printed, as text; what became an event is in log.").ProducesFile("text/plain");
    }

    private static async Task<Results<Ok<LogPage>, ProblemHttpResult>> Sentences(string id, RunService runs, RunLog log, long after = 0, [Range(1, LongestPage)] int limit = 200)
    {
        if (limit is < 1 or > LongestPage) throw new InputException($"limit is {limit}; expected a whole number from 1 to {LongestPage}.");
        if (await runs.Find(id) is null) return ProblemOf.Missing("run", id);
        // One more than asked for says whether there are more.
        IReadOnlyList<RunLogLine> lines = await log.After(id, after, limit + 1);
        LogEntry[] page = [.. lines.Take(limit).Select(l => new LogEntry(l.Number, l.Time, l.Level, l.Text))];
        return TypedResults.Ok(new LogPage(page, lines.Count > limit ? page[^1].Number : null));
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> Output(string id, RunService runs, TrainerOutput output)
    {
        if (await runs.Find(id) is null) return (ProblemHttpResult)ProblemOf.Missing("run", id);
        if (output.PathOf(id) is not { } path) return (ProblemHttpResult)ProblemOf.Missing("output of a trainer of run", id);
        // The trainer may go on writing.
        return TypedResults.Stream(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, useAsync: true), "text/plain", $"{id}-{TrainerOutput.FileName}");
    }

    /// <summary>A sentence of a run.</summary>
    internal sealed record LogEntry(long Number, DateTimeOffset Time, string Level, string Text);

    /// <summary>Sentences of a run.</summary>
    /// <param name="Lines">The sentences.</param>
    /// <param name="After">Number to ask for the next page with; null where this is the last.</param>
    internal sealed record LogPage(IReadOnlyList<LogEntry> Lines, long? After);
}
