using System.Text.Json;
using System.Text.Json.Nodes;
using RIL.Training;
using RIL.Training.Configuration;
using RIL.Training.Runs;

namespace RIL.Web.Runs.Pages;

/// <summary>The documents that a run's record holds as text.</summary>
internal static class RunDocuments
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The settings; null where an older version wrote what this one cannot read.</summary>
    public static RunConfig? Config(Run run)
    {
        try
        {
            return JsonNode.Parse(run.Config) is JsonObject settings ? RunConfigDocument.Bind(new SettingsLayer(run.Name, settings)) : null;
        }
        catch (Exception e) when (e is InputException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The closing table; null before the end.</summary>
    public static RunSummary? Summary(Run run) => run.Summary is { } text ? JsonSerializer.Deserialize<RunSummary>(text, Json) : null;
}
