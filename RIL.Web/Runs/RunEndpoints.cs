using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using RIL.Training;
using RIL.Training.Configuration;
using RIL.Web.Accounts;
using RIL.Web.Api;
using RIL.Web.Runs.Query;

namespace RIL.Web.Runs;

/// <summary>Runs over REST: the same services as the pages.</summary>
internal static class RunEndpoints
{
    public static void Map(WebApplication app)
    {
        RouteGroupBuilder runs = app.MapApiGroup("runs");
        runs.MapGet("", List).WithName("ListRuns").WithSummary("Runs by the filter language of the list page, a page at a time.");
        runs.MapGet("export.csv", RunExport.Csv).WithName("ExportRuns").WithSummary("All runs that pass the filter, with the chosen columns, as CSV.").ProducesFile("text/csv");
        runs.MapPost("", Create).RequireAuthorization(Policies.Member).WithName("CreateRun").WithSummary("Creates a run from a preset and settings; repeatable with an Idempotency-Key for a week.");
        runs.MapGet("{id}", Get).WithName("GetRun").WithSummary("A run: state, progress, settings, closing table.").Produces(StatusCodes.Status304NotModified);
        runs.MapPatch("{id}", Change).RequireAuthorization(Policies.Member).WithName("ChangeRun").WithSummary("Changes name, notes or tags; with If-Match (a run's ETag, or its version in quotes) only where nobody has changed it since.").ProducesProblem(StatusCodes.Status412PreconditionFailed);
        runs.MapPost("{id}/actions/{action}", Act).RequireAuthorization(Policies.Member).WithName("ActOnRun").WithSummary("start, pause, resume, stop, retry, clone, archive, restore, delete; refused with a sentence where the state does not allow it.");
        runs.MapDelete("{id}", Delete).RequireAuthorization(Policies.Member).WithName("DeleteRun").WithSummary("Puts a run into the trash; the action restore brings it back, an administrator can remove it for good.");
        runs.MapGet("{id}/config.yaml", Yaml).WithName("GetRunConfigYaml").WithSummary("The settings as YAML, ready for train --config.").ProducesFile("application/yaml");
        RouteGroupBuilder config = app.MapApiGroup("config");
        config.MapGet("presets", () => TypedResults.Ok(RunPresets.Names)).WithName("ListPresets").WithSummary("Names of the settings that come with the program; several are laid over each other in order.");
        config.MapGet("schema", () => TypedResults.Ok(RunConfigSchema.Create())).WithName("GetConfigSchema").WithSummary("Every setting: kind, range, default, effect, as a JSON schema.");
    }

    private static Ok<RunList> List(RunQuery query, ClaimsPrincipal user, string? filter, string? sort, string? columns, [Range(0, int.MaxValue)] int offset = 0, [Range(1, RunQuery.LargestPage)] int limit = 50)
    {
        if (limit is < 1 or > RunQuery.LargestPage) throw new InputException($"limit is {limit}; expected a whole number from 1 to {RunQuery.LargestPage}.");
        if (offset < 0) throw new InputException($"offset is {offset}; expected a whole number from 0.");
        RunPage page = query.Page(filter, sort, (columns ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), offset, limit, user.Identity?.Name);
        int next = offset + page.Rows.Count;
        return TypedResults.Ok(new RunList(page.Rows, page.Total, next < page.Total ? next : null));
    }

    // The error of a preset's name speaks of the command line's option.
    private static SettingsLayer Preset(string name) => RunPresets.Names.Contains(name) ? RunPresets.Get(name) : throw new InputException($"presets: there is no '{name}'; expected some of {string.Join(", ", RunPresets.Names)}.");

    private static async Task<Results<Created<RunDetails>, ProblemHttpResult>> Create(
        RunRequest wish, [FromHeader(Name = "Idempotency-Key")] string? key, HttpContext context, RunService runs, ClaimsPrincipal user)
    {
        var request = new NewRun(wish.Name, Settings(wish), wish.Tags, wish.Notes, wish.ParentId, wish.Start ?? true);
        Run run;
        if (string.IsNullOrEmpty(key))
        {
            run = await runs.Create(request, Caller.Of(user));
        }
        else
        {
            if (key.Length > 200) throw new InputException($"Idempotency-Key: it has {key.Length} characters; expected at most 200.");
            string hash = Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(wish)));
            (run, bool repeated) = await runs.CreateOnce(request, Caller.Of(user), key, hash);
            if (repeated) context.Response.Headers["Idempotency-Replayed"] = "true";
        }
        return TypedResults.Created($"{ApiFeature.Root}/runs/{run.Id}", RunDetails.Of(run));
    }

    private static async Task<Results<Ok<RunDetails>, StatusCodeHttpResult, ProblemHttpResult>> Get(string id, HttpContext context, RunService runs)
    {
        if (await runs.Find(id) is not { } run) return Missing(id);
        RunDetails details = RunDetails.Of(run);
        return EntityTag.IsKnown(context, details.Tag) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(details);
    }

    private static async Task<Results<Ok<RunDetails>, StatusCodeHttpResult, ProblemHttpResult>> Change(string id, RunChange change, [FromHeader(Name = "If-Match")] string? condition, HttpContext context, RunService runs)
    {
        if (await runs.Find(id) is not { } read) return Missing(id);
        string[] conditions = condition?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        if (conditions.Length > 0 && !conditions.Any(RunDetails.Of(read).IsVersion)) return TypedResults.StatusCode(StatusCodes.Status412PreconditionFailed);
        if (await runs.Describe(id, change.Name, change.Notes, change.Tags, conditions.Length > 0 ? read.Version : null) is not { } run) return Missing(id);
        RunDetails details = RunDetails.Of(run);
        context.Response.Headers.ETag = details.Tag;
        return TypedResults.Ok(details);
    }

    private static async Task<Results<Ok<RunDetails>, ProblemHttpResult>> Act(string id, string action, RunService runs, ClaimsPrincipal user)
    {
        if (!Enum.TryParse(action, ignoreCase: true, out RunAction known) || !Enum.IsDefined(known) || char.IsAsciiDigit(action[0]))
            throw new InputException($"'{action}' is no action; expected one of {string.Join(", ", Enum.GetNames<RunAction>().Select(n => n.ToLowerInvariant()))}.");
        RunOutcome? outcome = await runs.Act(id, known, Caller.Of(user));
        return outcome switch
        {
            null => Missing(id),
            { Run: { } run } => TypedResults.Ok(RunDetails.Of(run)),
            _ => ProblemOf.Conflict(outcome.Refusal!),
        };
    }

    private static Task<Results<Ok<RunDetails>, ProblemHttpResult>> Delete(string id, RunService runs, ClaimsPrincipal user) => Act(id, nameof(RunAction.Delete), runs, user);

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> Yaml(string id, RunService runs)
    {
        if (await runs.Find(id) is not { } run) return Missing(id);
        string yaml = RunConfigDocument.WriteYaml(RunConfigDocument.Bind(RunConfigDocument.ParseJson(run.Config, run.Name)));
        return TypedResults.File(System.Text.Encoding.UTF8.GetBytes(yaml), "application/yaml", $"{run.Id}.yaml");
    }

    private static JsonObject Settings(RunRequest wish)
    {
        if (wish.Config is not null && wish.ConfigYaml is not null) throw new InputException("The request has config and config_yaml; give one of them.");
        JsonObject over = wish.ConfigYaml is { } yaml ? RunConfigDocument.ParseYaml(yaml, "config_yaml").Values : wish.Config ?? [];
        if (wish.Presets is not { Count: > 0 }) return over;
        RunConfig whole = RunConfigDocument.Bind([.. wish.Presets.Select(Preset), new SettingsLayer("config", (JsonObject)over.DeepClone())]);
        return RunConfigDocument.Write(whole);
    }

    private static ProblemHttpResult Missing(string id) => ProblemOf.Missing("run", id);

    /// <summary>A page of runs.</summary>
    /// <param name="Runs">The runs.</param>
    /// <param name="Total">Runs that pass the filter.</param>
    /// <param name="NextOffset">Offset of the next page; null where this is the last.</param>
    internal sealed record RunList(IReadOnlyList<RunRow> Runs, int Total, int? NextOffset);
}
