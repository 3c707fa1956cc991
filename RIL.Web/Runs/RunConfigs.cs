using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RIL.Training;
using RIL.Training.Runs;
using RIL.Web.Data;

namespace RIL.Web.Runs;

/// <summary>
/// Run configurations on their way in and to the trainer. People name students, data sets and teachers by reference (<c>model:ID</c>, <c>dataset:ID</c>,
/// <c>teacher:ID</c>, <c>quickstart:…</c>); only here do references become paths.
/// </summary>
public sealed class RunConfigs(Storage storage, IDbContextFactory<RilDb> databases)
{
    // The site decides where a run lies and what it goes on from.
    private static readonly string[] OfTheSite = ["output_dir", "run_name", "resume_from_checkpoint"];

    /// <summary>The checked configuration of a document of settings; throws <see cref="InputException"/>, one sentence a line.</summary>
    public RunConfig Checked(JsonObject settings)
    {
        var layer = new JsonObject();
        foreach ((string key, JsonNode? value) in settings)
        {
            if (!OfTheSite.Contains(key)) layer[key] = value?.DeepClone();
            else if (value is not null) throw new InputException($"configuration: {key} is set by the site; leave it out.");
        }
        RunConfig config = RunConfigDocument.Bind(new SettingsLayer("configuration", layer));
        string[] problems = [.. RunConfigCheck.Problems(config), .. ReferenceProblems(config)];
        return problems.Length == 0 ? config : throw new InputException(string.Join('\n', problems.Select(p => $"configuration: {p}")));
    }

    /// <summary>The configuration as the trainer gets it, with paths.</summary>
    public RunConfig ForTrainer(RunConfig config, string runFolder) => config with
    {
        OutputDir = runFolder,
        Student = Path(config.Student)!,
        Dataset = Path(config.Dataset)!,
        SftDataset = Path(config.SftDataset),
        EvalDataset = Path(config.EvalDataset),
        ValidationDataset = Path(config.ValidationDataset),
        Teachers = [.. config.Teachers.Select(t => t with { Answers = Path(t.Answers)!, Checkpoint = Path(t.Checkpoint) })],
    };

    private static IEnumerable<string> ReferenceProblems(RunConfig config)
    {
        if (Wrong(config.Student, "model")) yield return Sentence("student", config.Student, "model");
        foreach ((string key, string? value) in (IEnumerable<(string, string?)>)[("dataset", config.Dataset), ("sft_dataset", config.SftDataset), ("eval_dataset", config.EvalDataset), ("validation_dataset", config.ValidationDataset)])
            if (Wrong(value, "dataset")) yield return Sentence(key, value!, "dataset");
        foreach (TeacherSource teacher in config.Teachers)
        {
            if (Wrong(teacher.Answers, "teacher")) yield return Sentence($"teachers, {teacher.Name}, answers", teacher.Answers, "teacher");
            if (Wrong(teacher.Checkpoint, "model")) yield return Sentence($"teachers, {teacher.Name}, checkpoint", teacher.Checkpoint!, "model");
        }
    }

    private static string Sentence(string key, string value, string kind) => $"{key} is '{value}'; expected {kind}:ID or quickstart:NAME.";

    private static bool Wrong(string? value, string kind) =>
        !string.IsNullOrEmpty(value) && !IsQuickstart(value) && !(value.StartsWith(kind + ":", StringComparison.Ordinal) && Identifier.IsValid(value[(kind.Length + 1)..]));

    // Nothing that climbs out of the example's folder.
    private static bool IsQuickstart(string value) =>
        value.StartsWith("quickstart:", StringComparison.Ordinal) && !value.Contains("..", StringComparison.Ordinal) && !value.Contains(":/", StringComparison.Ordinal) && value.All(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '/' or '-' or '_' or '.');

    private string? Path(string? reference)
    {
        if (string.IsNullOrEmpty(reference) || reference.StartsWith("quickstart:", StringComparison.Ordinal)) return reference;
        (string kind, string id) = reference.Split(':', 2) is [string k, string i] ? (k, i) : throw new InputException($"'{reference}' is no reference.");
        return kind switch
        {
            "dataset" => storage.DatasetRows(id),
            "teacher" => storage.TeacherAnswers(id),
            "model" => storage.Model(ModelFolder(id)),
            _ => throw new InputException($"'{reference}' is no reference."),
        };
    }

    private string ModelFolder(string id)
    {
        using RilDb db = databases.CreateDbContext();
        return db.Models.Where(m => m.Id == id).Select(m => m.Folder).FirstOrDefault() ?? throw new InputException($"'model:{id}' does not exist any more; choose another student.");
    }
}
