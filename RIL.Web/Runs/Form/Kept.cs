using System.Text.Json;
using System.Text.Json.Nodes;

namespace RIL.Web.Runs.Form;

/// <summary>What was typed into the form, as the browser keeps it until the run starts.</summary>
/// <param name="Form">Fields and YAML, see <see cref="RunForm.Keep"/>.</param>
/// <param name="Name">The run's name.</param>
/// <param name="Tags">Its tags, with commas between them.</param>
/// <param name="Notes">Its notes.</param>
internal sealed record Kept(JsonObject Form, string Name, string Tags, string Notes)
{
    /// <summary>From what the browser has; null where that is nothing, or nothing of this form.</summary>
    public static Kept? Read(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        try
        {
            return JsonSerializer.Deserialize<Kept>(text) is { Form: not null, Name: not null, Tags: not null, Notes: not null } kept ? kept : null;
        }
        catch (JsonException)
        {
            return null; // another version kept it
        }
    }

    /// <summary>For the browser.</summary>
    public string Write() => JsonSerializer.Serialize(this);
}
