using System.IO.Compression;
using System.Text.Json;
using RIL.Training.Datasets;

namespace RIL.Training.Teachers;

/// <summary>
/// Answers of teachers, collected once and reused by every run. On disk: one JSON object a line with <c>question</c> (the example's id),
/// <c>teacher</c> and <c>text</c>, gzipped where the name ends in .gz. The order within a question is the order in which they were
/// collected.
/// </summary>
public sealed class KeptAnswers
{
    private const int QuestionsNamed = 3;

    private readonly Dictionary<(string Teacher, string Question), List<string>> _answers = [];
    private readonly List<string> _teachers = [];

    /// <summary>Names of the teachers, in order of appearance.</summary>
    public IReadOnlyList<string> Teachers => _teachers;

    /// <summary>Number of answers of all teachers.</summary>
    public int Count => _answers.Values.Sum(a => a.Count);

    /// <summary>
    /// Reads a file; lines without <c>teacher</c> belong to <paramref name="teacher"/>, and where it is given lines of others are left
    /// out.
    /// </summary>
    public static KeptAnswers Load(string path, string? teacher = null)
    {
        if (!File.Exists(path)) throw new InputException(
            $"{path}: there is no such file; expected kept answers (one JSON object a line with question, teacher and text).");
        var kept = new KeptAnswers();
        int row = 0;
        try
        {
            foreach (string line in Lines(path))
            {
                row++;
                if (string.IsNullOrWhiteSpace(line)) continue;
                using JsonDocument json = JsonDocument.Parse(line);
                (string? question, string? from, string? text) = (Field(json.RootElement, "question"), Field(json.RootElement, "teacher")
                    ?? teacher, Field(json.RootElement, "text"));
                if (question is null || from is null || text is null)
                    throw new InputException($"{path}: line {row} lacks "
                        + $"{(question is null ? "question" : from is null ? "teacher" : "text")}; expected {{\"question\": …, "
                        + $"\"teacher\": …, \"text\": …}}.");
                if (teacher is null || from == teacher) kept.Add(from, question, text);
            }
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}: line {row} is not a JSON object ({JsonFault.Of(e)}); remove it, or collect the answers "
                + $"again.", e);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: the answers cannot be read after line {row} ({e.Message}).", e);
        }
        if (teacher is not null && kept._teachers.Count == 0)
            throw new InputException($"{path}: it holds no answer of teacher '{teacher}'; expected its name in the field teacher.");
        return kept;
    }

    /// <summary>The answers that the rows of a data set carry themselves.</summary>
    public static KeptAnswers FromRows(IEnumerable<Example> examples)
    {
        var kept = new KeptAnswers();
        foreach (Example example in examples)
            foreach (TeacherResponse response in example.TeacherResponses) kept.Add(response.Teacher, example.Id, response.Text);
        return kept;
    }

    /// <summary>Adds an answer.</summary>
    public void Add(string teacher, string question, string text)
    {
        if (!_answers.TryGetValue((teacher, question), out List<string>? list))
        {
            _answers[(teacher, question)] = list = [];
            if (!_teachers.Contains(teacher)) _teachers.Add(teacher);
        }
        list.Add(text);
    }

    /// <summary>Adds all answers of another collection.</summary>
    public void Add(KeptAnswers other)
    {
        foreach (((string teacher, string question), List<string> texts) in other._answers)
            foreach (string text in texts) Add(teacher, question, text);
    }

    /// <summary>What a teacher answered to a question; empty where nothing is kept.</summary>
    public IReadOnlyList<string> Of(string teacher, string question) => _answers.TryGetValue((teacher, question), out List<string>? list)
        ? list : [];

    /// <summary>The questions to which a teacher has fewer than <paramref name="least"/> answers.</summary>
    public IReadOnlyList<Example> Missing(IEnumerable<Example> examples, string teacher, int least = 1) =>
        [.. examples.Where(e => Of(teacher, e.Id).Count < least)];

    /// <summary>Throws <see cref="InputException"/> naming questions of the data set that a teacher has not answered.</summary>
    public void Check(IReadOnlyList<Example> examples, IEnumerable<string> teachers, string source)
    {
        foreach (string teacher in teachers)
        {
            IReadOnlyList<Example> missing = Missing(examples, teacher);
            if (missing.Count == 0) continue;
            string named = string.Join(", ", missing.Take(QuestionsNamed).Select(e => $"'{e.Id}'"));
            string known = _answers.Keys.FirstOrDefault(k => k.Teacher == teacher).Question is { } id
                ? $" (it has answers to questions such as '{id}')" : "";
            throw new InputException(
                $"{source}: teacher '{teacher}' has no answer to {missing.Count} of {examples.Count} questions "
                    + $"({named}{(missing.Count > QuestionsNamed ? ", …" : "")}){known}; collect them, or take the questions out of the "
                    + $"data set.");
        }
    }

    /// <summary>Writes all answers, teacher by teacher, questions in order of appearance; the file appears whole or not at all.</summary>
    public void Save(string path)
    {
        string beside = path + ".tmp";
        using (var writer = new KeptAnswersWriter(beside, packed: path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)))
            foreach (string teacher in _teachers)
                foreach (((_, string question), List<string> texts) in _answers.Where(a => a.Key.Teacher == teacher))
                    foreach (string text in texts) writer.Write(teacher, question, text);
        File.Move(beside, path, overwrite: true);
    }

    private static IEnumerable<string> Lines(string path)
    {
        using Stream file = File.OpenRead(path);
        using Stream plain = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress)
            : file;
        using var reader = new StreamReader(plain);
        while (reader.ReadLine() is { } line) yield return line;
    }

    private static string? Field(JsonElement row, string key) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(key, out JsonElement value)
            ? value.ValueKind switch { JsonValueKind.String => value.GetString(), JsonValueKind.Number => value.GetRawText(), _ => null }
            : null;
}
