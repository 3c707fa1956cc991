using Microsoft.AspNetCore.Http.Features;
using RIL.Training;
using RIL.Training.Datasets;
using RIL.Training.Rewards;
using RIL.Web.Accounts;
using RIL.Web.Api;
using RIL.Web.Datasets;
using RIL.Web.Runs;

namespace RIL.Web.Teachers;

/// <summary>REST of teachers.</summary>
internal static class TeacherEndpoints
{
    private const int LongestPage = 500;

    public static void Map(WebApplication app)
    {
        RouteGroupBuilder group = app.MapApiGroup("teachers");
        group.MapGet("/", async (TeacherService teachers, string? dataset = null) => TypedResults.Ok(await teachers.List(dataset))).WithName("ListTeachers").WithSummary("All teachers, or those that answer a data set's questions");
        group.MapGet("/{id}", async Task<IResult> (string id, HttpContext http, TeacherService teachers) => await teachers.Find(id) is { } found ? EntityTag.Answer(http, found) : Missing(id))
            .WithName("GetTeacher").WithSummary("One teacher").Produces<TeacherView>().Produces(StatusCodes.Status304NotModified);
        group.MapGet("/{id}/rows", Rows).WithName("GetTeacherRows").WithSummary("Questions with the teacher's answers and a judge's verdicts").Produces<TeacherSlice>();
        group.MapGet("/{id}/runs", async Task<IResult> (string id, TeacherService teachers) => await teachers.Find(id) is { } found ? TypedResults.Ok(await teachers.Uses(found.Reference)) : Missing(id))
            .WithName("GetTeacherRuns").WithSummary("The runs that use it").Produces<IReadOnlyList<RunUse>>();

        group.MapPost("/", Upload).RequireAuthorization(Policies.Member).WithName("CreateTeacher").Accepts<Stream>("application/x-ndjson", "application/gzip", "multipart/form-data", "*/*").Produces<TeacherView>(201).ProducesProblem(422)
            .WithSummary("A new teacher from a JSONL file of answers: question (the row's identifier) and text").WithDescription("The body is the file itself, or a form with the file and the fields dataset, name, notes, teacher, skip_bad_rows before it; with the file itself they stand in the query. dataset is required. Refused with every bad line by number and reason unless skip_bad_rows is true.");
        group.MapPatch("/{id}", async Task<IResult> (string id, Description change, TeacherService teachers) => await teachers.Find(id) is { } found && await teachers.Describe(found.Id, change.Name, change.Notes) is { } changed ? TypedResults.Ok(changed) : Missing(id))
            .RequireAuthorization(Policies.Member).WithName("ChangeTeacher").WithSummary("Another name or other notes").Produces<TeacherView>();
        group.MapDelete("/{id}", Delete).RequireAuthorization(Policies.Member).WithName("DeleteTeacher").WithSummary("Delete the answers for good; refused while a run that has not ended uses them").Produces(204).ProducesProblem(409);
    }

    private static async Task<IResult> Rows(
        string id, TeacherService teachers, TeacherAnswers answers, DatasetRows rows, string? judge = null, string? answer_marker = null, AnswerPattern? answer_pattern = null, string? type = null, string? kind = null, string? text = null, int offset = 0, int limit = 50)
    {
        if (await teachers.Find(id) is not { } found) return Missing(id);
        IReadOnlyList<Example> examples = rows.Of(found.Dataset);
        (JudgeRule rule, string? marker) = judge is not null ? (Rule(judge), answer_marker) : TeacherJudgement.Suited(found.Dataset, examples);
        return TypedResults.Ok(TeacherJudgement.Of(examples, answers.Of(found.Reference, found.Name), found.Name, rule, marker, answer_pattern ?? AnswerPattern.Auto).Page(type, kind, text, Math.Max(0, offset), Math.Clamp(limit, 1, LongestPage)));
    }

    private static async Task<IResult> Upload(HttpContext context, TeacherIntake intake, string? dataset = null, string? name = null, string? notes = null, string? teacher = null, bool skip_bad_rows = false)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null; // our own limit has a sentence
        UploadedFile file = await UploadedFile.Of(context.Request, context.RequestAborted);
        if ((file.Field("dataset") ?? dataset) is not { Length: > 0 } questions) return ProblemOf.Unusable("dataset is missing; expected the reference of the data set whose questions are answered, dataset:ID or quickstart:NAME, before the file.");
        var wish = new TeacherWish(
            questions, file.Field("name") ?? Given(name), file.Field("notes") ?? notes, file.Field("teacher") ?? Given(teacher), file.Field("skip_bad_rows") is { } skip ? skip is "true" or "on" or "1" : skip_bad_rows);
        TeacherIntakeResult result = await intake.Take(file.Body, file.Length, wish, Caller.Of(context.User), context.RequestAborted);
        return result.Teacher is { } made ? TypedResults.Created($"{ApiFeature.Root}/teachers/{made.Id}", made) : UploadProblems.Refuse(result.Sentence, result.Upload!, result.Good, result.Problems);
    }

    private static async Task<IResult> Delete(string id, TeacherService teachers)
    {
        if (await teachers.Find(id) is not { } found) return Missing(id);
        if (found.BuiltIn) return ProblemOf.Conflict($"Teacher '{found.Name}' comes with the program and cannot be deleted.");
        return await teachers.Delete(found.Id) is { } refusal ? ProblemOf.Conflict(refusal) : TypedResults.NoContent();
    }

    private static JudgeRule Rule(string name) =>
        Enum.TryParse(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out JudgeRule rule) ? rule : throw new InputException($"judge is '{name}'; expected exact, numeric, multiple_choice, after_marker or math.");

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static IResult Missing(string id) => ProblemOf.Missing("teacher", id);
}
