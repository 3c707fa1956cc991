using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RIL.Training.Datasets;

namespace RIL.Web.Datasets;

/// <summary>How a refused upload says what is wrong: the first rows at once, all of them as a file.</summary>
internal static class UploadProblems
{
    /// <summary>Rows that are named at once.</summary>
    public const int Shown = 200;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IResult Refuse(string sentence, string upload, int good, IReadOnlyList<DatasetProblem> problems) =>
        TypedResults.Problem(sentence, title: "Some rows cannot be used", statusCode: StatusCodes.Status422UnprocessableEntity, extensions: new Dictionary<string, object?>
        {
            ["upload"] = upload, ["good_rows"] = good, ["bad_rows"] = problems.Count,
            ["errors"] = problems.Take(Shown).Select(Line).ToArray(),
        });

    /// <summary>A bad row in words.</summary>
    public static string Line(DatasetProblem problem) => $"row {problem.Row}: {problem.Reason}";

    public static IResult Download(string upload, UploadArea area)
    {
        if (area.Problems(upload) is not { } problems) return Missing(upload);
        string text = string.Concat(problems.Select(p => JsonSerializer.Serialize(new { row = p.Row, reason = p.Reason }, Readable) + "\n"));
        return TypedResults.File(Encoding.UTF8.GetBytes(text), "application/x-ndjson", "problems.jsonl");
    }

    public static IResult Missing(string id) => TypedResults.Problem($"There is no refused upload '{id}' any more; upload the file again.", title: "Not found", statusCode: StatusCodes.Status404NotFound);
}
