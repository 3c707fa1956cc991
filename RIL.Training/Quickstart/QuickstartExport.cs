using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using RIL.Training.Datasets;

namespace RIL.Training.Quickstart;

/// <summary>Writes rows as a data set folder of the layout that users bring: data.jsonl with TRL's names, pictures beside it.</summary>
public static class QuickstartExport
{
    private const string Pictures = "pictures";
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the folder; what it held under the same names is replaced.</summary>
    public static void Write(IReadOnlyList<Example> examples, string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, Pictures));
        using var rows = new StreamWriter(Path.Combine(folder, "data.jsonl")) { NewLine = "\n" };
        foreach (Example example in examples)
        {
            var images = new JsonArray();
            foreach (PictureSource picture in example.Images)
            {
                File.WriteAllBytes(Path.Combine(folder, Pictures, picture.Name), picture.Read());
                images.Add($"{Pictures}/{picture.Name}");
            }
            var row = new JsonObject
            {
                ["id"] = example.Id,
                ["prompt"] = new JsonArray([.. example.Prompt.Select(Message)]),
                ["images"] = images,
                ["answer"] = example.Answer,
                ["question_type"] = example.QuestionType,
                ["data_source"] = example.DataSource,
            };
            rows.WriteLine(row.ToJsonString(Readable));
        }
    }

    private static JsonNode Message(ChatMessage message) => new JsonObject
    {
        ["role"] = message.Role,
        ["content"] = new JsonArray([.. message.Content.Select(part => part.IsImage
            ? new JsonObject { ["type"] = "image" }
            : new JsonObject { ["type"] = "text", ["text"] = part.Text })]),
    };
}
