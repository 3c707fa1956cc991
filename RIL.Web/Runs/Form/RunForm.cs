using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using RIL.Training;
using RIL.Training.Runs;

namespace RIL.Web.Runs.Form;

/// <summary>Something that keeps the run from being started, or that is seldom meant.</summary>
/// <param name="Key">The setting it is about; null where it is about several.</param>
/// <param name="Text">The sentence.</param>
public sealed record FormProblem(string? Key, string Text);

/// <summary>
/// A configuration that is being written: by fields and by YAML, each following the other. What cannot be read stays as it was typed, with a sentence, and nothing
/// else is lost by it.
/// </summary>
public sealed class RunForm(Func<JsonObject, IEnumerable<string>> check)
{
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonObject Defaults = RunConfigDocument.Write(new RunConfig());
    private static readonly string[] OfTheSite = ["output_dir", "run_name", "resume_from_checkpoint"];

    private readonly Dictionary<string, (string Text, string Problem)> _unreadable = new(StringComparer.Ordinal);
    private JsonObject _values = (JsonObject)Defaults.DeepClone();
    private JsonObject? _parent;
    private string? _typedYaml;

    /// <summary>The configuration of the fields that can be read.</summary>
    public RunConfig Config { get; private set; } = new();

    /// <summary>What keeps it from being started.</summary>
    public IReadOnlyList<FormProblem> Problems { get; private set; } = [];

    /// <summary>What is allowed and seldom meant.</summary>
    public IReadOnlyList<FormProblem> Warnings { get; private set; } = [];

    /// <summary>Why the YAML cannot be read; null where it can.</summary>
    public string? YamlProblem { get; private set; }

    /// <summary>The settings that differ from the defaults as YAML, or what was typed where that cannot be read.</summary>
    public string Yaml => _typedYaml ?? YamlOf(_values);

    /// <summary>Settings that differ from the defaults.</summary>
    public JsonObject Settings
    {
        get
        {
            var settings = new JsonObject();
            foreach ((string key, JsonNode? value) in _values)
                if (!OfTheSite.Contains(key) && !JsonNode.DeepEquals(value, Defaults[key])) settings[key] = value?.DeepClone();
            return settings;
        }
    }

    /// <summary>Begins with these settings over the defaults.</summary>
    public void Load(JsonObject settings)
    {
        var layer = new JsonObject(settings.Where(s => !OfTheSite.Contains(s.Key)).Select(s => KeyValuePair.Create(s.Key, s.Value?.DeepClone())));
        _values = RunConfigDocument.Write(RunConfigDocument.Bind(new SettingsLayer("configuration", layer)));
        _unreadable.Clear();
        (_typedYaml, YamlProblem) = (null, null);
        Look();
    }

    /// <summary>Lays a preset over what is there.</summary>
    public void Apply(string preset)
    {
        _values = RunConfigDocument.Write(RunConfigDocument.Bind(new SettingsLayer("form", (JsonObject)_values.DeepClone()), RunPresets.Get(preset)));
        _unreadable.Clear();
        (_typedYaml, YamlProblem) = (null, null);
        Look();
    }

    /// <summary>Settings to show differences to.</summary>
    public void CompareWith(JsonObject? parent) => _parent = parent is null ? null : RunConfigDocument.Write(RunConfigDocument.Bind(new SettingsLayer("parent", new JsonObject(parent.Where(s => !OfTheSite.Contains(s.Key)).Select(s => KeyValuePair.Create(s.Key, s.Value?.DeepClone()))))));

    /// <summary>Keys whose value is not the parent's, with the parent's as text.</summary>
    public IReadOnlyList<(string Key, string Before, string Now)> Differences =>
        _parent is null ? [] : [.. _values.Where(v => !OfTheSite.Contains(v.Key) && !JsonNode.DeepEquals(v.Value, _parent[v.Key])).Select(v => (v.Key, RunField.TextOf(_parent[v.Key]), RunField.TextOf(v.Value)))];

    /// <summary>A value as the field shows it.</summary>
    public string Text(string key) => _unreadable.TryGetValue(key, out var typed) ? typed.Text : RunField.TextOf(_values[key]);

    /// <summary>Whether a setting is not its default.</summary>
    public bool IsChanged(string key) => _unreadable.ContainsKey(key) || !JsonNode.DeepEquals(_values[key], Defaults[key]);

    /// <summary>The first sentence about a setting; null where nothing is wrong with it.</summary>
    public string? ProblemOf(string key) => Problems.FirstOrDefault(p => p.Key == key)?.Text;

    /// <summary>Puts a setting back to its default.</summary>
    public void Reset(string key) => Put(key, Defaults[key]?.DeepClone());

    /// <summary>What was typed or chosen in a field; the empty text is null where that is allowed.</summary>
    public void Set(string key, string? typed)
    {
        RunField field = RunField.ByKey[key];
        string text = typed?.Trim() ?? "";
        if (text.Length == 0 && field.MayBeNull)
        {
            Put(key, null);
            return;
        }
        JsonNode? value = field.Kind switch
        {
            FieldKind.Whole when long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out long whole) => JsonValue.Create(whole),
            FieldKind.Whole when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double exact) && double.IsInteger(exact) && Math.Abs(exact) < 1e15 => JsonValue.Create((long)exact),
            FieldKind.Number when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) => JsonValue.Create(number),
            FieldKind.Whole or FieldKind.Number => null,
            FieldKind.Switch => JsonValue.Create(text == "true"),
            _ => JsonValue.Create(text),
        };
        if (value is null)
        {
            Refuse(key, text, $"'{text}' is no {(field.Kind == FieldKind.Whole ? "whole number" : "number")}{(field.Range is { } range ? $"; expected {range}" : "")}.");
            return;
        }
        Put(key, value, text);
    }

    /// <summary>Puts a value of a control of its own.</summary>
    public void Put(string key, JsonNode? value, string? typed = null)
    {
        try
        {
            var layer = (JsonObject)_values.DeepClone();
            layer[key] = value;
            RunConfig config = RunConfigDocument.Bind(new SettingsLayer("form", layer));
            _values = RunConfigDocument.Write(config);
            _unreadable.Remove(key);
            (_typedYaml, YamlProblem) = (null, null);
        }
        catch (InputException e)
        {
            _unreadable[key] = (typed ?? RunField.TextOf(value), Plain(e.Message, "form: "));
        }
        Look();
    }

    /// <summary>Puts other teachers.</summary>
    public void PutTeachers(IReadOnlyList<TeacherSource> teachers) => Put("teachers", RunConfigDocument.Write(new RunConfig { Teachers = teachers })["teachers"]!.DeepClone());

    /// <summary>Adds a teacher, under another name where there is one of that name.</summary>
    public void AddTeacher(string called, string answers, string? checkpoint)
    {
        string name = called;
        for (int n = 2; Config.Teachers.Any(t => t.Name.Equals(name, StringComparison.OrdinalIgnoreCase)); n++) name = $"{called} {n}";
        PutTeachers([.. Config.Teachers, new TeacherSource(name, answers, 1, checkpoint)]);
    }

    /// <summary>What was typed as YAML; where it cannot be read, the fields keep what they had.</summary>
    public void SetYaml(string text)
    {
        _typedYaml = text;
        try
        {
            SettingsLayer layer = RunConfigDocument.ParseYaml(text, "YAML");
            if (layer.Values.FirstOrDefault(v => OfTheSite.Contains(v.Key)).Key is { } key) throw new InputException($"{key} is set by the site; leave it out.");
            _values = RunConfigDocument.Write(RunConfigDocument.Bind(layer));
            _unreadable.Clear();
            YamlProblem = null;
        }
        catch (InputException e)
        {
            YamlProblem = Plain(e.Message, "YAML: ");
        }
        Look();
    }

    /// <summary>Everything typed, to be kept where the page is left by accident.</summary>
    public JsonObject Keep() => new()
    {
        ["values"] = Settings,
        ["unreadable"] = new JsonObject(_unreadable.Select(u => KeyValuePair.Create(u.Key, (JsonNode?)u.Value.Text))),
        ["yaml"] = YamlProblem is null ? null : _typedYaml,
    };

    /// <summary>Takes up what was kept.</summary>
    public void TakeUp(JsonObject kept)
    {
        Load(kept["values"] as JsonObject ?? []);
        foreach ((string key, JsonNode? text) in kept["unreadable"] as JsonObject ?? [])
            if (RunField.ByKey.ContainsKey(key)) Set(key, (string?)text);
        if ((string?)kept["yaml"] is { } yaml) SetYaml(yaml);
    }

    /// <summary>Settings that differ from the defaults, a line each.</summary>
    private static string YamlOf(JsonObject values)
    {
        var text = new StringBuilder();
        foreach ((string key, JsonNode? value) in values)
        {
            if (OfTheSite.Contains(key) || JsonNode.DeepEquals(value, Defaults[key])) continue;
            text.Append(key).Append(':');
            if (value is JsonArray { Count: > 0 } list)
                foreach (JsonNode? item in list) text.Append("\n  - ").Append(item?.ToJsonString(OneLine));
            else
                text.Append(' ').Append(value?.ToJsonString(OneLine).Replace("E-", "e-", StringComparison.Ordinal) ?? "null");
            text.Append('\n');
        }
        return text.ToString();
    }

    private void Refuse(string key, string text, string problem)
    {
        _unreadable[key] = (text, problem);
        Look();
    }

    private void Look()
    {
        Config = RunConfigDocument.Bind(new SettingsLayer("form", _values));
        Problems = [.. _unreadable.Select(u => new FormProblem(u.Key, u.Value.Problem)), .. check(Settings).Select(About)];
        Warnings = [.. RunConfigCheck.Warnings(Config).Select(About)];
    }

    // Sentences begin with the setting they are about.
    private static FormProblem About(string sentence)
    {
        string word = new([.. sentence.TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c == '_')]);
        return new FormProblem(RunField.ByKey.ContainsKey(word) ? word : sentence.Contains("teacher", StringComparison.Ordinal) ? "teachers" : null, sentence);
    }

    private static string Plain(string message, string source) => message.StartsWith(source, StringComparison.Ordinal) ? message[source.Length..] : message;
}
