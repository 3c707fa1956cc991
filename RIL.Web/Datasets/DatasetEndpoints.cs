using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Features;
using RIL.Training.Datasets;
using RIL.Web.Accounts;
using RIL.Web.Api;
using RIL.Web.Runs;

namespace RIL.Web.Datasets;

/// <summary>A change of a name or notes.</summary>
/// <param name="Name">New name; null stays.</param>
/// <param name="Notes">New notes; null stays.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Description(string? Name = null, string? Notes = null);

/// <summary>REST of data sets.</summary>
internal static class DatasetEndpoints
{
    private const int LongestPage = 500;
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Map(WebApplication app)
    {
        RouteGroupBuilder group = app.MapApiGroup("datasets");
        group.MapGet("/", async (DatasetService datasets) => TypedResults.Ok(await datasets.List())).WithName("ListDatasets").WithSummary("All data sets: those of people, then those of the program");
        group.MapGet("/{id}", async Task<IResult> (string id, HttpContext http, DatasetService datasets) => await datasets.Find(id) is { } found ? EntityTag.Answer(http, found) : Missing(id))
            .WithName("GetDataset").WithSummary("One data set").Produces<DatasetView>().Produces(StatusCodes.Status304NotModified);
        group.MapGet("/{id}/rows", Rows).WithName("GetDatasetRows").WithSummary("Rows, by question type and text").Produces<DatasetSlice>();
        group.MapGet("/{id}/rows/{index:int}/images/{number:int}", Picture).WithName("GetDatasetPicture").WithSummary("A picture of a row, by the row's index and the picture's place in it").ProducesFile("image/png", PictureType.Others);
        group.MapGet("/{id}/questions.jsonl", Questions).WithName("GetDatasetQuestions").WithSummary("Identifier and question of every row, for whoever collects teachers' answers").ProducesFile("application/x-ndjson");
        group.MapGet("/{id}/runs", async (string id, DatasetService datasets) => await datasets.Find(id) is { } found ? (IResult)TypedResults.Ok(await datasets.Uses(found.Reference)) : Missing(id))
            .WithName("GetDatasetRuns").WithSummary("The runs that use it").Produces<IReadOnlyList<RunUse>>();

        group.MapPost("/", Upload).RequireAuthorization(Policies.Member).WithName("CreateDataset").Accepts<Stream>("application/zip", "application/x-ndjson", "multipart/form-data", "*/*").Produces<DatasetView>(201).ProducesProblem(422)
            .WithSummary("A new data set from a zip of rows (JSONL) and pictures").WithDescription("The body is the file itself, or a form with the file and the fields name, notes, skip_bad_rows; with the file itself they stand in the query. Refused with every bad row by number and reason unless skip_bad_rows is true.");
        group.MapPatch("/{id}", async Task<IResult> (string id, Description change, DatasetService datasets) => await datasets.Find(id) is { } found && await datasets.Describe(found.Id, change.Name, change.Notes) is { } changed ? TypedResults.Ok(changed) : Missing(id))
            .RequireAuthorization(Policies.Member).WithName("ChangeDataset").WithSummary("Another name or other notes").Produces<DatasetView>();
        group.MapDelete("/{id}", Delete).RequireAuthorization(Policies.Member).WithName("DeleteDataset").WithSummary("Delete rows and pictures for good; refused while a run that has not ended uses them").Produces(204).ProducesProblem(409);

        group.MapGet("/uploads/{upload}/problems.jsonl", UploadProblems.Download).RequireAuthorization(Policies.Member).WithName("GetUploadProblems").WithSummary("Every bad row of a refused upload").ProducesFile("application/x-ndjson");
        group.MapPost("/uploads/{upload}/accept", async Task<IResult> (string upload, DatasetIntake intake, HttpContext context) =>
                await intake.TakeGoodRows(upload, Caller.Of(context.User), context.RequestAborted) is { } made ? Created(made) : UploadProblems.Missing(upload))
            .RequireAuthorization(Policies.Member).WithName("AcceptUpload").WithSummary("Take the good rows of a refused upload").Produces<DatasetView>(201);
        group.MapDelete("/uploads/{upload}", (string upload, UploadArea area) => { area.Drop(upload); return TypedResults.NoContent(); })
            .RequireAuthorization(Policies.Member).WithName("DropUpload").WithSummary("Forget a refused upload");
    }

    private static async Task<IResult> Rows(string id, DatasetService datasets, DatasetRows rows, string? type = null, string? text = null, int offset = 0, int limit = 50) =>
        await datasets.Find(id) is { } found ? TypedResults.Ok(rows.Page(found.Reference, type, text, Math.Max(0, offset), Math.Clamp(limit, 1, LongestPage))) : Missing(id);

    private static async Task<IResult> Picture(string id, int index, int number, DatasetService datasets, DatasetRows rows, HttpContext context)
    {
        if (await datasets.Find(id) is not { } found) return Missing(id);
        IReadOnlyList<Example> all = rows.Of(found.Reference);
        if (index < 0 || index >= all.Count || number < 0 || number >= all[index].Images.Count) return ProblemOf.Missing("picture", $"{index}/{number}");
        byte[] bytes = all[index].Images[number].Read();
        // The rows of a data set never change.
        context.Response.Headers.CacheControl = "private, max-age=86400, immutable";
        return TypedResults.Bytes(bytes, PictureType.Of(bytes));
    }

    private static async Task<IResult> Questions(string id, DatasetService datasets, DatasetRows rows)
    {
        if (await datasets.Find(id) is not { } found) return Missing(id);
        IReadOnlyList<Example> all = rows.Of(found.Reference);
        return TypedResults.Stream(async stream =>
        {
            await using var writer = new StreamWriter(stream, new UTF8Encoding(false)) { NewLine = "\n" };
            for (int i = 0; i < all.Count; i++) await writer.WriteLineAsync(JsonSerializer.Serialize(new { id = all[i].Id, question = DatasetRowView.Of(all[i], i).Question }, Readable));
        }, "application/x-ndjson", "questions.jsonl");
    }

    private static async Task<IResult> Upload(HttpContext context, DatasetIntake intake, string? name = null, string? notes = null, bool skip_bad_rows = false)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null; // our own limit has a sentence
        UploadedFile file = await UploadedFile.Of(context.Request, context.RequestAborted);
        var wish = new DatasetWish(
            file.Field("name") ?? name ?? Path.GetFileNameWithoutExtension(file.Name), file.Field("notes") ?? notes, file.Field("skip_bad_rows") is { } skip ? skip is "true" or "on" or "1" : skip_bad_rows);
        DatasetIntakeResult result = await intake.Take(file.Body, file.Length, wish, Caller.Of(context.User), context.RequestAborted);
        if (result.Dataset is { } made) return Created(made);
        return UploadProblems.Refuse(result.Sentence, result.Upload!, result.Good, result.Problems);
    }

    private static async Task<IResult> Delete(string id, DatasetService datasets)
    {
        if (await datasets.Find(id) is not { } found) return Missing(id);
        if (found.BuiltIn) return ProblemOf.Conflict($"'{found.Name}' comes with the program and cannot be deleted.");
        return await datasets.Delete(found.Id) is { } refusal ? ProblemOf.Conflict(refusal) : TypedResults.NoContent();
    }

    private static IResult Created(DatasetView made) => TypedResults.Created($"{ApiFeature.Root}/datasets/{made.Id}", made);

    private static IResult Missing(string id) => ProblemOf.Missing("data set", id);
}
