using System.Text.Json;
using RIL.Training.Datasets;

namespace RIL.Training.Teachers;

/// <summary>
/// Answers of teachers, collected once and reused by every run. On disk: one JSON object a line with <c>question</c> (the example's id),
/// <c>teacher</c> and <c>text</c>, where it is so <c>truncated</c>: true, and <c>sampling</c> where it is known; gzipped where the name
/// ends in .gz. The order within a question is the order in which they were collected.
/// </summary>
public sealed class KeptAnswers
{
    private const int QuestionsNamed = 3;

    private readonly Dictionary<(string Teacher, string Question), List<KeptAnswer>> _answers = [];
    private readonly List<string> _teachers = [];
    private readonly HashSet<string> _samplings = [];

    /// <summary>Names of the teachers, in order of appearance.</summary>
    public IReadOnlyList<string> Teachers => _teachers;

    /// <summary>Number of answers of all teachers.</summary>
    public int Count => _answers.Values.Sum(a => a.Count);

    /// <summary>
    /// Reads a file; lines without <c>teacher</c> belong to <paramref name="teacher"/>, and where it is given lines of others are left
    /// out. Throws <see cref="InputException"/> naming the line that cannot be used, and, unless <paramref name="mayLack"/>, where the
    /// teacher has no answer at all.
    /// </summary>
    public static KeptAnswers Load(string path, string? teacher = null, bool mayLack = false)
    {
        if (!File.Exists(path)) throw new InputException(
            $"{path}: there is no such file; expected kept answers (one JSON object a line with question, teacher and text).");
        var kept = new KeptAnswers();
        int row = 0;
        try
        {
            foreach (string line in AnswerLines.Read(path, IsPacked(path)))
            {
                row++;
                if (string.IsNullOrWhiteSpace(line)) continue;
                using JsonDocument json = JsonDocument.Parse(line);
                kept.AddLine(json.RootElement, teacher, $"{path}: line {row}");
            }
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}: line {row} is not a JSON object ({JsonFault.Of(e)}); remove it, or collect the answers "
                + $"again.", e);
        }
        catch (InvalidOperationException e)
        {
            throw new InputException($"{path}: line {row} holds half a surrogate pair, which is no text; remove it, or collect the "
                + $"answers "
                + $"again.", e);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: the answers cannot be read after line {row} ({e.Message}).", e);
        }
        if (teacher is not null && !mayLack && kept._teachers.Count == 0)
            throw new InputException($"{path}: it holds no answer of teacher '{teacher}'; expected its name in the field teacher.");
        return kept;
    }

    /// <summary>Whether the name of a file says that it is gzipped.</summary>
    public static bool IsPacked(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    /// <summary>The answers that the rows of a data set carry themselves.</summary>
    public static KeptAnswers FromRows(IEnumerable<Example> examples)
    {
        var kept = new KeptAnswers();
        foreach (Example example in examples)
            foreach (TeacherResponse response in example.TeacherResponses)
                kept.Add(response.Teacher, example.Id, new KeptAnswer(response.Text, response.Truncated));
        return kept;
    }

    /// <summary>Adds an answer.</summary>
    public void Add(string teacher, string question, string text) => Add(teacher, question, new KeptAnswer(text));

    /// <summary>Adds an answer with what is known of it.</summary>
    public void Add(string teacher, string question, KeptAnswer answer)
    {
        if (!_answers.TryGetValue((teacher, question), out List<KeptAnswer>? list))
        {
            _answers[(teacher, question)] = list = [];
            if (!_teachers.Contains(teacher)) _teachers.Add(teacher);
        }
        list.Add(answer);
    }

    /// <summary>Adds all answers of another collection.</summary>
    public void Add(KeptAnswers other)
    {
        foreach (((string teacher, string question), List<KeptAnswer> answers) in other._answers)
            foreach (KeptAnswer answer in answers) Add(teacher, question, answer);
    }

    /// <summary>A teacher's answers become those that other collections have of it.</summary>
    public void Replace(string teacher, params IReadOnlyList<KeptAnswers> by)
    {
        foreach ((string, string) key in _answers.Keys.Where(k => k.Teacher == teacher).ToArray()) _answers.Remove(key);
        foreach (KeptAnswers other in by)
            foreach (((_, string question), List<KeptAnswer> answers) in other._answers.Where(a => a.Key.Teacher == teacher))
                foreach (KeptAnswer answer in answers) Add(teacher, question, answer);
    }

    /// <summary>What a teacher answered to a question; empty where nothing is kept.</summary>
    public IReadOnlyList<KeptAnswer> Of(string teacher, string question) =>
        _answers.TryGetValue((teacher, question), out List<KeptAnswer>? list) ? list : [];

    /// <summary>How a teacher's answers were sampled, each way once; null among them where some do not say it.</summary>
    public IReadOnlyList<string?> Samplings(string teacher) =>
        [.. _answers.Where(a => a.Key.Teacher == teacher).SelectMany(a => a.Value).Select(a => a.Sampling).Distinct()];

    /// <summary>
    /// Throws <see cref="InputException"/> where a teacher has answers that were sampled otherwise than those that would be added.
    /// </summary>
    public void CheckSampling(string teacher, string sampling, string source)
    {
        if (Samplings(teacher).FirstOrDefault(s => s is not null && s != sampling) is not { } other) return;
        throw new InputException($"{source}: the answers of teacher '{teacher}' were sampled with {other}, and those that are missing "
            + $"would be sampled with {sampling}; give the same settings, or collect into another file.");
    }

    /// <summary>The questions to which a teacher has fewer than <paramref name="least"/> answers.</summary>
    public IReadOnlyList<Example> Missing(IEnumerable<Example> examples, string teacher, int least = 1) =>
        [.. examples.Where(e => Of(teacher, e.Id).Count < least)];

    /// <summary>Throws <see cref="InputException"/> naming questions of the data set that a teacher has not answered.</summary>
    public void Check(IReadOnlyList<Example> examples, IEnumerable<string> teachers, string source)
    {
        foreach (string teacher in teachers)
        {
            Example[] missing = [.. examples.Where(e => !Of(teacher, e.Id).Any(a => a.HasContent))];
            if (missing.Length == 0) continue;
            string named = string.Join(", ", missing.Take(QuestionsNamed).Select(e => $"'{e.Id}'"));
            string known = _answers.Keys.FirstOrDefault(k => k.Teacher == teacher).Question is { } id
                ? $" (it has answers to questions such as '{id}')" : "";
            throw new InputException(
                $"{source}: teacher '{teacher}' has no answer to {missing.Length} of {examples.Count} questions "
                    + $"({named}{(missing.Length > QuestionsNamed ? ", …" : "")}){known}; collect them, or take the questions out of the "
                    + $"data set.");
        }
    }

    /// <summary>Writes all answers, teacher by teacher, questions in order of appearance; the file appears whole or not at all.</summary>
    public void Save(string path)
    {
        string beside = path + ".tmp";
        File.Delete(beside);
        using (var writer = new KeptAnswersWriter(beside, IsPacked(path)))
            foreach (string teacher in _teachers)
                foreach (((_, string question), List<KeptAnswer> answers) in _answers.Where(a => a.Key.Teacher == teacher))
                    foreach (KeptAnswer answer in answers) writer.Write(teacher, question, answer);
        File.Move(beside, path, overwrite: true);
    }

    private void AddLine(JsonElement row, string? teacher, string where)
    {
        (string? question, string? from, string? text) = (Field(row, "question"), Field(row, "teacher") ?? teacher, Field(row, "text"));
        if (question is null || from is null || text is null)
            throw new InputException($"{where} lacks {(question is null ? "question" : from is null ? "teacher" : "text")}; expected "
                + "{\"question\": …, \"teacher\": …, \"text\": …}.");
        if (teacher is not null && from != teacher) return;
        bool truncated = row.TryGetProperty("truncated", out JsonElement cut) && cut.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False or JsonValueKind.Null => false,
            _ => throw new InputException($"{where}: truncated is neither true nor false; expected true where the answer stopped at the "
                + $"longest length."),
        };
        Add(from, question, new KeptAnswer(text, truncated, Field(row, "sampling") is { } sampling ? Once(sampling) : null));
    }

    // The same few texts stand in every line.
    private string Once(string sampling)
    {
        if (_samplings.TryGetValue(sampling, out string? known)) return known;
        _samplings.Add(sampling);
        return sampling;
    }

    private static string? Field(JsonElement row, string key) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(key, out JsonElement value)
            ? value.ValueKind switch { JsonValueKind.String => value.GetString(), JsonValueKind.Number => value.GetRawText(), _ => null }
            : null;
}
