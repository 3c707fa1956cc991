using System.Text.Json.Nodes;

namespace RIL.Training.Configuration;

/// <summary>The JSON schema of the run configuration, for editors and forms.</summary>
public static class RunConfigSchema
{
    /// <summary>A JSON schema (draft 2020-12) with each setting's type, range, default and one line of effect.</summary>
    public static JsonObject Create()
    {
        var properties = new JsonObject();
        foreach (Setting setting in Setting.All) properties[setting.Key] = setting.Schema();
        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "RIL run",
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = properties,
        };
    }
}
