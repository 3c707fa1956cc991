using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RIL.Training;
using RIL.Training.Configuration;
using RIL.Web.Data;

namespace RIL.Web.Runs;

/// <summary>
/// Run configurations on their way in and to the trainer. People name students, data sets and teachers by reference (<c>model:ID</c>, <c>run:ID</c> for the student it trained, <c>dataset:ID</c>,
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

    /// <summary>What keeps a document of settings from being used, one sentence each; for a form that is being filled.</summary>
    public IEnumerable<string> Problems(JsonObject settings)
    {
        try
        {
            Checked(settings);
            return [];
        }
        catch (InputException e)
        {
            return e.Message.Split('\n').Select(line => line.StartsWith("configuration: ", StringComparison.Ordinal) ? line["configuration: ".Length..] : line);
        }
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

    private IEnumerable<string> ReferenceProblems(RunConfig config)
    {
        foreach (string gone in Gone(config)) yield return gone;
        if (Wrong(config.Student, "model") && Wrong(config.Student, "run")) yield return Sentence("student", config.Student, "model:ID, run");
        foreach ((string key, string? value) in (IEnumerable<(string, string?)>)[("dataset", config.Dataset), ("sft_dataset", config.SftDataset), ("eval_dataset", config.EvalDataset), ("validation_dataset", config.ValidationDataset)])
            if (Wrong(value, "dataset")) yield return Sentence(key, value!, "dataset");
        foreach (TeacherSource teacher in config.Teachers)
        {
            if (Wrong(teacher.Answers, "teacher")) yield return Sentence($"teachers, {teacher.Name}, answers", teacher.Answers, "teacher");
            if (Wrong(teacher.Checkpoint, "model") && Wrong(teacher.Checkpoint, "run")) yield return Sentence($"teachers, {teacher.Name}, checkpoint", teacher.Checkpoint!, "model:ID, run");
        }
    }

    // Said when somebody still looks at the form, not when it is the run's turn.
    private IEnumerable<string> Gone(RunConfig config)
    {
        using RilDb db = databases.CreateDbContext();
        string?[] all = [config.Student, config.Dataset, config.SftDataset, config.EvalDataset, config.ValidationDataset, .. config.Teachers.SelectMany(t => new[] { t.Answers, t.Checkpoint })];
        foreach (string reference in all.OfType<string>().Distinct())
        {
            if (reference.Split(':', 2) is not [var kind, var id] || !Identifier.IsValid(id)) continue;
            bool there = kind switch
            {
                "dataset" => db.Datasets.Any(d => d.Id == id),
                "teacher" => db.Teachers.Any(t => t.Id == id),
                "model" => db.Models.Any(m => m.Id == id),
                "run" => Directory.Exists(System.IO.Path.Combine(storage.Run(id), "student")),
                _ => true,
            };
            if (!there) yield return kind == "run" ? $"'{reference}' has trained no student; choose another one." : $"'{reference}' does not exist any more; choose another {(kind == "dataset" ? "data set" : kind)}.";
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
            "run" => StudentOf(id),
            _ => throw new InputException($"'{reference}' is no reference."),
        };
    }

    private string StudentOf(string run)
    {
        string folder = System.IO.Path.Combine(storage.Run(run), "student");
        return Directory.Exists(folder) ? folder : throw new InputException($"'run:{run}' has no student any more; choose another one.");
    }

    private string ModelFolder(string id)
    {
        using RilDb db = databases.CreateDbContext();
        return db.Models.Where(m => m.Id == id).Select(m => m.Folder).FirstOrDefault() ?? throw new InputException($"'model:{id}' does not exist any more; choose another student.");
    }
}
