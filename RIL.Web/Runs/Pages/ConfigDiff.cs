using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using RIL.Training.Configuration;

namespace RIL.Web.Runs.Pages;

/// <summary>A setting of a run beside its default and its parent's value.</summary>
/// <param name="Key">TRL's name.</param>
/// <param name="Value">Its value.</param>
/// <param name="Default">The default.</param>
/// <param name="Parent">The parent's value; null where there is no parent.</param>
/// <param name="Changed">Whether it is not the default.</param>
/// <param name="Differs">Whether it is not the parent's.</param>
/// <param name="Effect">What it does.</param>
public sealed record SettingRow(string Key, string Value, string Default, string? Parent, bool Changed, bool Differs, string Effect);

/// <summary>A run's settings beside the defaults and beside its parent's.</summary>
public static class ConfigDiff
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Where a run lies and what it is called is not what it does.
    private static readonly HashSet<string> OfTheSite = ["output_dir", "run_name", "resume_from_checkpoint"];

    /// <summary>Every setting in the trainer's order.</summary>
    public static IReadOnlyList<SettingRow> Of(RunConfig config, RunConfig? parent)
    {
        JsonObject values = RunConfigDocument.Write(config), defaults = RunConfigDocument.Write(new RunConfig()), schema = RunConfigSchema.Create()["properties"]!.AsObject();
        JsonObject? before = parent is null ? null : RunConfigDocument.Write(parent);
        return [.. values.Where(v => !OfTheSite.Contains(v.Key)).Select(v => new SettingRow(
            v.Key, Text(v.Value), Text(defaults[v.Key]), before is null ? null : Text(before[v.Key]),
            !JsonNode.DeepEquals(v.Value, defaults[v.Key]), before is not null && !JsonNode.DeepEquals(v.Value, before[v.Key]),
            schema[v.Key]?["description"]?.GetValue<string>() ?? ""))];
    }

    private static string Text(JsonNode? value) => value switch
    {
        null => "null",
        JsonValue plain when plain.GetValueKind() == JsonValueKind.String => plain.GetValue<string>() is { Length: > 0 } text ? text : "(none)",
        // A line an item reads better than one long one.
        JsonArray { Count: > 1 } list => string.Join('\n', list.Select(i => i?.ToJsonString(Plain) ?? "null")),
        JsonValue number when number.GetValueKind() == JsonValueKind.Number => number.ToJsonString().Replace('E', 'e'),
        _ => value.ToJsonString(Plain),
    };
}
