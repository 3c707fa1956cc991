using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RIL.Training.Configuration;

/// <summary>A layer of settings and where it comes from, for messages; later layers win over earlier ones.</summary>
/// <param name="Source">File, preset or <c>--set</c>.</param>
/// <param name="Values">Keys and values.</param>
public sealed record SettingsLayer(string Source, JsonObject Values);

/// <summary>The run configuration as a document: JSON or YAML, with one set of names.</summary>
public static class RunConfigDocument
{
    private static readonly JsonSerializerOptions Indented = new()
        { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads and checks one file (.json, .yaml, .yml).</summary>
    public static RunConfig Load(string path) => RunConfigCheck.Checked(Bind(ReadFile(path)), path);

    /// <summary>Reads a file as a layer; its keys and values are looked at when layers are bound.</summary>
    public static SettingsLayer ReadFile(string path)
    {
        if (!File.Exists(path)) throw new InputException($"{path}: the file does not exist; expected a run configuration (.json, .yaml).");
        string text = File.ReadAllText(path);
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".json" => ParseJson(text, path),
            ".yaml" or ".yml" => ParseYaml(text, path),
            var other => throw new InputException($"{path}: a run configuration ends in .json, .yaml or .yml, not '{other}'."),
        };
    }

    /// <summary>Reads a JSON text as a layer.</summary>
    public static SettingsLayer ParseJson(string text, string source)
    {
        try
        {
            JsonNode? node = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions
            {
                AllowDuplicateProperties = false, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip,
            });
            return new SettingsLayer(source, Wellformed(node) as JsonObject
                ?? throw new InputException($"{source}: expected an object of settings, not "
                + $"{node?.GetValueKind().ToString().ToLowerInvariant() ?? "null"}."));
        }
        catch (JsonException e)
        {
            throw new InputException($"{source}: it is not valid JSON ({JsonFault.Of(e)}).", e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new InputException($"{source}: a text of it holds half of a character pair, which is no text.", e);
        }
    }

    /// <summary>Reads a YAML text as a layer.</summary>
    public static SettingsLayer ParseYaml(string text, string source) => new(source, YamlReader.Read(text, source) switch
    {
        JsonObject map => map,
        null => [],
        _ => throw new InputException($"{source}: expected a mapping of settings."),
    });

    /// <summary>
    /// Reads <c>key=value</c> of the command line; the value is YAML, and <c>reward_weights.answer=2</c> reaches into a setting.
    /// </summary>
    public static SettingsLayer ParseOverride(string text)
    {
        int equals = text.IndexOf('=');
        if (equals <= 0) throw new InputException($"--set {text}: expected key=value, for instance --set learning_rate=1e-6.");
        string[] path = text[..equals].Trim().Split('.', 2);
        JsonNode? value = YamlReader.Read(text[(equals + 1)..], $"--set {text}");
        return new SettingsLayer("--set", new JsonObject { [path[0]] = path.Length == 1 ? value : new JsonObject { [path[1]] = value } });
    }

    /// <summary>
    /// One record from layers: defaults, then each layer in turn. Unknown keys and values of another kind are refused; relations between
    /// settings are not looked at (see <see cref="RunConfigCheck"/>).
    /// </summary>
    public static RunConfig Bind(params IEnumerable<SettingsLayer> layers)
    {
        var config = new RunConfig();
        foreach (SettingsLayer layer in layers)
        {
            foreach ((string key, JsonNode? value) in layer.Values)
            {
                if (!Setting.ByKey.TryGetValue(key, out Setting? setting))
                    throw new InputException($"{layer.Source}: unknown setting '{key}'; did you mean "
                        + $"'{Nearest.To(key, Setting.ByKey.Keys)}'?");
                // Of a setting with parts, a layer may give some and leave the others as they are.
                JsonNode? whole = value is JsonObject part && setting.Write(config) is JsonObject before ? Merge(before, part) : value;
                setting.Read(config, whole, layer.Source);
            }
        }
        return config;
    }

    /// <summary>Every setting with its value.</summary>
    public static JsonObject Write(RunConfig config)
    {
        var document = new JsonObject();
        foreach (Setting setting in Setting.All) document[setting.Key] = setting.Write(config);
        return document;
    }

    /// <summary>The document as JSON.</summary>
    public static string WriteJson(RunConfig config) => Write(config).ToJsonString(Indented) + "\n";

    /// <summary>
    /// The document as YAML, each key under its explanation; <paramref name="onlyChanged"/> leaves out what equals the default.
    /// </summary>
    public static string WriteYaml(RunConfig config, bool onlyChanged = false)
    {
        var text = new StringBuilder();
        foreach (Setting setting in Setting.All)
        {
            JsonNode? value = setting.Write(config);
            if (onlyChanged && JsonNode.DeepEquals(value, setting.Default)) continue;
            // JSON's values are YAML's.
            text.Append("# ").Append(setting.Effect).Append('\n').Append(setting.Key).Append(": ")
                .Append(value?.ToJsonString(OneLine) ?? "null").Append('\n');
        }
        return text.ToString();
    }

    // Nodes are read when they are asked for, and only then tell that a text is none.
    private static JsonNode? Wellformed(JsonNode? node)
    {
        if (node is JsonObject map) foreach ((_, JsonNode? value) in map) Wellformed(value);
        if (node is JsonArray list) foreach (JsonNode? value in list) Wellformed(value);
        if (node is JsonValue text && text.GetValueKind() == System.Text.Json.JsonValueKind.String) _ = text.GetValue<string>();
        return node;
    }

    private static JsonObject Merge(JsonObject before, JsonObject part)
    {
        foreach ((string key, JsonNode? value) in part) before[key] = value?.DeepClone();
        return before;
    }
}
