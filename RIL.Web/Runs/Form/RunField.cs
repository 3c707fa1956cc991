using System.Text.Json;
using System.Text.Json.Nodes;
using RIL.Training.Configuration;

namespace RIL.Web.Runs.Form;

/// <summary>How a setting is given.</summary>
public enum FieldKind
{
    /// <summary>A text.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>A number.</summary>
    Number,

    /// <summary>Yes or no.</summary>
    Switch,

    /// <summary>One of several words.</summary>
    Choice,

    /// <summary>A data set.</summary>
    Dataset,

    /// <summary>By a control of its own: student, teachers, reward weights.</summary>
    Own,
}

/// <summary>A setting as the form shows it.</summary>
/// <param name="Key">TRL's name.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Group">The heading it stands under.</param>
/// <param name="Kind">How it is given.</param>
/// <param name="Basic">Whether it is shown at once; else under "more".</param>
/// <param name="MayBeNull">Whether it may be left empty.</param>
/// <param name="Choices">The words of a choice.</param>
/// <param name="Default">The default, as text.</param>
/// <param name="Range">What is accepted, in words; null where nothing more than its kind is asked for.</param>
/// <param name="Effect">What it does, in a sentence.</param>
public sealed record RunField(string Key, string Label, string Group, FieldKind Kind, bool Basic, bool MayBeNull, IReadOnlyList<string> Choices, string Default, string? Range, string Effect)
{
    // The site decides about these.
    private static readonly string[] Hidden = ["output_dir", "run_name", "resume_from_checkpoint", "bf16"];

    private static readonly Dictionary<string, string> BasicLabels = new(StringComparer.Ordinal)
    {
        ["student"] = "Student", ["dataset"] = "Training questions", ["eval_dataset"] = "Closing evaluation", ["teachers"] = "Teachers", ["reward_weights"] = "Reward weights", ["similarity"] = "Similarity reward",
        ["judge"] = "Judge", ["answer_marker"] = "Answer marker", ["answer_pattern"] = "Where the answer stands", ["policy"] = "Reinforcement", ["loss_type"] = "Objective", ["beta"] = "KL weight", ["num_generations"] = "Answers per question (G)",
        ["max_completion_length"] = "Longest answer, tokens", ["temperature"] = "Temperature", ["max_steps"] = "Steps", ["learning_rate"] = "Learning rate", ["per_device_train_batch_size"] = "Completions per pass",
        ["gradient_accumulation_steps"] = "Passes per update", ["sft_steps"] = "Warm-start updates", ["sft_learning_rate"] = "Warm-start learning rate", ["discriminator_pretrain_steps"] = "Updates before the loop",
        ["discriminator_learning_rate"] = "Discriminator's learning rate", ["train_discriminator"] = "Learns in the loop", ["seed"] = "Seed", ["save_steps"] = "Steps between checkpoints",
    };

    private static readonly Dictionary<string, string> Labels = new(StringComparer.Ordinal)
    {
        ["sft_dataset"] = "Warm-start questions", ["answer_tolerance"] = "Tolerance of numbers", ["validation_dataset"] = "Validation questions", ["scale_rewards"] = "Advantages divided by", ["teachers_in_group"] = "Teachers' answers in the group",
        ["eval_steps"] = "Steps between evaluations", ["eval_limit"] = "Questions per evaluation", ["lr_scheduler_type"] = "Course of the learning rate", ["lr_min_ratio"] = "Floor of the learning rate",
        ["num_iterations"] = "Updates per batch", ["epsilon"] = "Clipping below", ["epsilon_high"] = "Clipping above", ["importance_sampling_level"] = "Ratios per", ["max_grad_norm"] = "Largest gradient norm",
        ["sft_epochs"] = "Warm-start epochs", ["sft_source"] = "Warm start imitates", ["discriminator_input"] = "Discriminator reads", ["log_completions"] = "Keep completions", ["save_total_limit"] = "Checkpoints kept",
    };

    // The trainer's own words speak of files; here one chooses.
    private static readonly Dictionary<string, string> Effects = new(StringComparer.Ordinal)
    {
        ["dataset"] = "Questions with pictures that the student is trained on.",
        ["eval_dataset"] = "Held-out questions asked before and after training.",
        ["sft_dataset"] = "Questions and answers of the warm start.",
        ["validation_dataset"] = "Held-out questions asked during training, for tuning.",
    };

    /// <summary>All fields in the order of the form.</summary>
    public static IReadOnlyList<RunField> All { get; } = Make();

    /// <summary>Fields by key.</summary>
    public static IReadOnlyDictionary<string, RunField> ByKey { get; } = All.ToDictionary(f => f.Key, StringComparer.Ordinal);

    private static RunField[] Make()
    {
        JsonObject schema = RunConfigSchema.Create()["properties"]!.AsObject();
        IEnumerable<RunField> fields = schema.Where(s => !Hidden.Contains(s.Key)).Select(s => Of(s.Key, s.Value!.AsObject()));
        // Basic ones in the order of their list, the others in the trainer's.
        List<string> basic = [.. BasicLabels.Keys];
        return [.. fields.OrderBy(f => ConfigGroups.Headings.ToList().IndexOf(f.Group)).ThenBy(f => f.Basic ? basic.IndexOf(f.Key) : int.MaxValue)];
    }

    private static RunField Of(string key, JsonObject schema)
    {
        string[] types = schema["type"] switch { JsonArray several => [.. several.Select(t => (string)t!)], JsonValue one => [(string)one!], _ => [] };
        string[] choices = schema["enum"] is JsonArray words ? [.. words.Select(w => (string)w!)] : [];
        FieldKind kind = key switch
        {
            "student" or "teachers" or "reward_weights" => FieldKind.Own,
            "dataset" or "sft_dataset" or "eval_dataset" or "validation_dataset" => FieldKind.Dataset,
            _ when choices.Length > 0 => FieldKind.Choice,
            _ when types.Contains("boolean") => FieldKind.Switch,
            _ when types.Contains("integer") => FieldKind.Whole,
            _ when types.Contains("number") => FieldKind.Number,
            _ => FieldKind.Text,
        };
        return new RunField(
            key, BasicLabels.GetValueOrDefault(key) ?? Labels.GetValueOrDefault(key) ?? Humanize(key), ConfigGroups.Of(key), kind, BasicLabels.ContainsKey(key), types.Contains("null"), choices, TextOf(schema["default"]), RangeOf(schema),
            Effects.GetValueOrDefault(key) ?? (string)schema["description"]!);
    }

    /// <summary>A value as a field shows it; null is the empty text.</summary>
    public static string TextOf(JsonNode? value) => value switch
    {
        null => "",
        JsonValue text when text.GetValueKind() == JsonValueKind.String => text.GetValue<string>(),
        _ => value.ToJsonString().Replace('E', 'e'),
    };

    private static string? RangeOf(JsonObject schema)
    {
        string? least = schema["minimum"] is { } min ? $"from {TextOf(min)}" : schema["exclusiveMinimum"] is { } above ? $"above {TextOf(above)}" : null;
        string? most = schema["maximum"] is { } max ? $"to {TextOf(max)}" : null;
        return least is null && most is null ? null : string.Join(' ', ((string?[])[least, most]).OfType<string>());
    }

    private static string Humanize(string key)
    {
        string words = key.Replace("sft_", "warm-start ", StringComparison.Ordinal).Replace("lr_", "learning rate ", StringComparison.Ordinal).Replace('_', ' ');
        return char.ToUpperInvariant(words[0]) + words[1..];
    }
}
