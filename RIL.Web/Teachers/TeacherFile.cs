using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RIL.Training;
using RIL.Training.Datasets;
using RIL.Web.Datasets;

namespace RIL.Web.Teachers;

/// <summary>What an uploaded file of answers holds.</summary>
/// <param name="Good">Lines that can be used.</param>
/// <param name="Problems">The others.</param>
/// <param name="Teachers">Names of teachers that the lines give.</param>
public sealed record TeacherFindings(int Good, IReadOnlyList<DatasetProblem> Problems, IReadOnlyList<string> Teachers);

/// <summary>
/// Reads a person's file of answers and writes it as the trainer reads it: <c>question</c> (the row's identifier), <c>text</c> and, where it says so, <c>truncated</c>, one answer a line. The name is left out,
/// so that the teacher may be called otherwise in a run.
/// </summary>
public static class TeacherFile
{
    /// <summary>Most bytes of a line; a list of some hundred long answers stays far below.</summary>
    public const int LongestLine = 4 << 20;

    private const int MostProblems = 100_000;

    // As people write them, without regard to case, blanks, dashes and underscores; the first that a line has counts.
    private static readonly string[] IdKeys = ["questionid", "exampleid", "rowid", "id", "question", "row"];
    private static readonly string[] TextKeys = ["text", "answer", "response", "completion", "output"];
    private static readonly string[] ListKeys = ["texts", "answers", "responses", "completions", "outputs"];
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads <paramref name="from"/> (JSONL, gzipped or not), checks each line against the questions, and writes the good ones to <paramref name="to"/>; of several teachers the wanted one's.</summary>
    public static TeacherFindings Convert(string from, string to, Func<string, bool> isQuestion, string exampleOfId, string? teacher, long largest)
    {
        var problems = new List<DatasetProblem>();
        var teachers = new List<string>();
        int good = 0, row = 0;
        using var writer = new StreamWriter(to, append: false, new UTF8Encoding(false)) { NewLine = "\n" };
        foreach (string line in Lines(from, largest))
        {
            row++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (Read(line, isQuestion, exampleOfId, out string id, out List<string> texts, out string? name, out bool cut) is { } reason)
            {
                problems.Add(new DatasetProblem(row, reason));
                if (problems.Count > MostProblems) throw new InputException($"More than {MostProblems} lines cannot be used, the first of them line {problems[0].Row}: {problems[0].Reason}.");
                continue;
            }
            if (name is not null && !teachers.Contains(name)) teachers.Add(name);
            if (teacher is not null && name is not null && name != teacher) continue;
            good++;
            foreach (string text in texts) writer.WriteLine(cut ? JsonSerializer.Serialize(new { question = id, text, truncated = true }, Readable) : JsonSerializer.Serialize(new { question = id, text }, Readable));
        }
        return new TeacherFindings(good, problems, teachers);
    }

    private static string? Read(string line, Func<string, bool> isQuestion, string exampleOfId, out string id, out List<string> texts, out string? teacher, out bool cut)
    {
        (id, texts, teacher, cut) = ("", [], null, false);
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind != JsonValueKind.Object) return "it is not a JSON object; expected {\"question\": …, \"text\": …}";
            Dictionary<string, JsonElement> fields = [];
            foreach (JsonProperty field in json.RootElement.EnumerateObject()) fields.TryAdd(Plain(field.Name), field.Value);
            if (First(fields, IdKeys) is not { } key) return "the question's identifier is missing; expected the field question (or id)";
            if (Scalar(key) is not { } found) return "the question's identifier is neither a text nor a number";
            id = found;
            if (fields.TryGetValue("teacher", out JsonElement named) && named.ValueKind == JsonValueKind.String) teacher = named.GetString();
            cut = fields.TryGetValue("truncated", out JsonElement stopped) && stopped.ValueKind == JsonValueKind.True;
            if (First(fields, TextKeys) is { ValueKind: JsonValueKind.String } text) texts.Add(text.GetString()!);
            else if (First(fields, ListKeys) is { ValueKind: JsonValueKind.Array } list)
            {
                foreach (JsonElement item in list.EnumerateArray())
                {
                    if (item.ValueKind != JsonValueKind.String) return "the list of answers holds something that is no text";
                    texts.Add(item.GetString()!);
                }
            }
            if (texts.Count == 0) return "the answer is missing; expected the field text (or answers, a list)";
            if (texts.Any(string.IsNullOrWhiteSpace)) return "the answer is empty";
            return isQuestion(id) ? null : $"there is no question '{(id.Length <= 60 ? id : id[..57] + "…")}' in the data set; its identifiers look like '{exampleOfId}'";
        }
        catch (JsonException e)
        {
            return $"not a JSON object ({JsonFault.Of(e)})";
        }
    }

    private static IEnumerable<string> Lines(string file, long largest)
    {
        using FileStream stream = File.OpenRead(file);
        bool packed = stream.ReadByte() == 0x1F && stream.ReadByte() == 0x8B;
        stream.Position = 0;
        using var reader = new StreamReader(new BoundedStream(packed ? new GZipStream(stream, CompressionMode.Decompress) : stream, largest, LongestLine));
        while (Next(reader) is { } line) yield return line;
    }

    private static string? Next(StreamReader reader)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (InvalidDataException e)
        {
            throw new InputException($"The file cannot be unpacked to its end ({e.Message.TrimEnd('.')}); make it again.", e);
        }
    }

    private static JsonElement? First(Dictionary<string, JsonElement> fields, string[] keys)
    {
        foreach (string key in keys)
            if (fields.TryGetValue(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null) return value;
        return null;
    }

    private static string? Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };

    private static string Plain(string key) => string.Concat(key.Where(c => c is not (' ' or '_' or '-'))).ToLowerInvariant();
}
