using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using RIL.Training;
using RIL.Training.Configuration;

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
    private const string Source = "configuration";
    private static readonly string[] OfTheSite = ["output_dir", "run_name", "resume_from_checkpoint"];

    // By place: a setting, or a number inside one, such as reward_weights.answer.
    private readonly Dictionary<string, (string Text, string Problem)> _unreadable = new(StringComparer.Ordinal);
    private JsonObject _values = (JsonObject)Defaults.DeepClone();
    private JsonObject? _parent;
    private string? _typedYaml;

    /// <summary>What <see cref="FormProblem.Key"/> says of the YAML as a whole.</summary>
    public const string YamlKey = "yaml";

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

    /// <summary>Begins with these settings over the defaults. Where this version does not know one of them, the fields take the others, and all of them stand in the YAML, to be put right or discarded.</summary>
    public void Load(JsonObject settings)
    {
        JsonObject layer = Given(settings);
        (_values, string? problem) = Readable(layer);
        _unreadable.Clear();
        (_typedYaml, YamlProblem) = problem is null ? (null, null) : (YamlOf(layer), problem);
        Look();
    }

    /// <summary>Lays a preset over what is there.</summary>
    public void Apply(string preset)
    {
        SettingsLayer layer = RunPresets.Get(preset);
        _values = RunConfigDocument.Write(RunConfigDocument.Bind(new SettingsLayer("form", (JsonObject)_values.DeepClone()), layer));
        foreach (string key in layer.Values.Select(v => v.Key)) Forget(key);
        FollowInYaml();
        Look();
    }

    /// <summary>Gives up a YAML that cannot be read: it follows the fields again.</summary>
    public void DiscardYaml()
    {
        (_typedYaml, YamlProblem) = (null, null);
        Look();
    }

    /// <summary>Settings to show differences to.</summary>
    public void CompareWith(JsonObject? parent) => _parent = parent is null ? null : Readable(Given(parent)).Values;

    /// <summary>Keys whose value is not the parent's, with the parent's as text.</summary>
    public IReadOnlyList<(string Key, string Before, string Now)> Differences =>
        _parent is null ? [] : [.. _values.Where(v => !OfTheSite.Contains(v.Key) && !JsonNode.DeepEquals(v.Value, _parent[v.Key])).Select(v => (v.Key, RunField.TextOf(_parent[v.Key]), RunField.TextOf(v.Value)))];

    /// <summary>A value as the field shows it.</summary>
    public string Text(string key) => TypedAt(key) ?? RunField.TextOf(_values[key]);

    /// <summary>What was typed at a place and cannot be used; null where nothing is wrong there.</summary>
    public string? TypedAt(string place) => _unreadable.TryGetValue(place, out (string Text, string Problem) typed) ? typed.Text : null;

    /// <summary>Whether a setting is not its default.</summary>
    public bool IsChanged(string key) => _unreadable.Keys.Any(place => SettingOf(place) == key) || !JsonNode.DeepEquals(_values[key], Defaults[key]);

    /// <summary>The first sentence about a setting; null where nothing is wrong with it.</summary>
    public string? ProblemOf(string key) => Problems.FirstOrDefault(p => p.Key == key)?.Text;

    /// <summary>Puts a setting back to its default.</summary>
    public void Reset(string key)
    {
        Forget(key);
        Put(key, Defaults[key]?.DeepClone());
    }

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
            FieldKind.Whole when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) => JsonValue.Create(whole),
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
            FollowInYaml();
        }
        catch (InputException e)
        {
            _unreadable[key] = (typed ?? RunField.TextOf(value), Plain(e.Message, "form: "));
        }
        Look();
    }

    /// <summary>Where the weight of a reward is given.</summary>
    public static string RewardPlace(string reward) => $"reward_weights.{reward}";

    /// <summary>Where the weight of a teacher is given.</summary>
    public static string TeacherPlace(string teacher) => $"teachers.{teacher}";

    /// <summary>What was typed as the weight of a reward, <c>similarity</c> or <c>answer</c>.</summary>
    public void SetRewardWeight(string reward, string? typed)
    {
        string place = RewardPlace(reward);
        if (Weight(place, typed, w => w >= 0, "0 or a number above, with a point before decimals") is not { } weight) return;
        RewardWeights now = Config.RewardWeights;
        now = reward == "answer" ? now with { Answer = weight } : now with { Similarity = weight };
        Put("reward_weights", new JsonObject { ["similarity"] = now.Similarity, ["answer"] = now.Answer });
    }

    /// <summary>What was typed as the weight of a teacher.</summary>
    public void SetTeacherWeight(string teacher, string? typed)
    {
        if (Weight(TeacherPlace(teacher), typed, w => w > 0, "a number above 0, with a point before decimals; remove the teacher to leave it out") is { } weight)
            PutTeachers([.. Config.Teachers.Select(t => t.Name == teacher ? t with { Weight = weight } : t)]);
    }

    /// <summary>Puts other teachers.</summary>
    public void PutTeachers(IReadOnlyList<TeacherSource> teachers)
    {
        foreach (string gone in Config.Teachers.Select(t => t.Name).Except(teachers.Select(t => t.Name))) _unreadable.Remove(TeacherPlace(gone));
        Put("teachers", RunConfigDocument.Write(new RunConfig { Teachers = teachers })["teachers"]!.DeepClone());
    }

    /// <summary>Adds a teacher, under another name where there is one of that name.</summary>
    public void AddTeacher(string called, string answers, string? checkpoint)
    {
        string name = called;
        for (int n = 2; Config.Teachers.Any(t => t.Name.Equals(name, StringComparison.OrdinalIgnoreCase)); n++) name = $"{called} {n}";
        PutTeachers([.. Config.Teachers, new TeacherSource(name, answers, 1, checkpoint)]);
    }

    /// <summary>What was typed as YAML; where it cannot be read, it stays, the fields keep what they had, and nothing can be started.</summary>
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
        {
            if (RunField.ByKey.ContainsKey(key)) Set(key, (string?)text);
            else if (key.StartsWith(RewardPlace(""), StringComparison.Ordinal)) SetRewardWeight(key[RewardPlace("").Length..], (string?)text);
            else if (key.StartsWith(TeacherPlace(""), StringComparison.Ordinal)) SetTeacherWeight(key[TeacherPlace("").Length..], (string?)text);
        }
        if ((string?)kept["yaml"] is { } yaml) SetYaml(yaml);
    }

    private static JsonObject Given(JsonObject settings) => new(settings.Where(s => !OfTheSite.Contains(s.Key)).Select(s => KeyValuePair.Create(s.Key, s.Value?.DeepClone())));

    // All settings where they can be read together; else those that can, one after the other, and why not all.
    private static (JsonObject Values, string? Problem) Readable(JsonObject layer)
    {
        try
        {
            return (RunConfigDocument.Write(RunConfigDocument.Bind(new SettingsLayer(Source, layer))), null);
        }
        catch (InputException e)
        {
            var good = new JsonObject(layer.Where(s => Binds(new JsonObject { [s.Key] = s.Value?.DeepClone() })).Select(s => KeyValuePair.Create(s.Key, s.Value?.DeepClone())));
            return (RunConfigDocument.Write(RunConfigDocument.Bind(new SettingsLayer(Source, good))), Plain(e.Message, $"{Source}: "));
        }
    }

    private static bool Binds(JsonObject settings)
    {
        try
        {
            RunConfigDocument.Bind(new SettingsLayer(Source, settings));
            return true;
        }
        catch (InputException)
        {
            return false;
        }
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

    // A YAML that can be read follows the fields; one that cannot is never thrown away by a change elsewhere.
    private void FollowInYaml()
    {
        if (YamlProblem is null) _typedYaml = null;
    }

    // Nothing is wrong any more with what was typed in a setting or inside it.
    private void Forget(string key)
    {
        foreach (string place in _unreadable.Keys.Where(p => SettingOf(p) == key).ToArray()) _unreadable.Remove(place);
    }

    private static string SettingOf(string place) => place.Split('.', 2)[0];

    private double? Weight(string place, string? typed, Func<double, bool> fits, string expected)
    {
        string text = typed?.Trim() ?? "";
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double weight) && double.IsFinite(weight) && fits(weight))
        {
            _unreadable.Remove(place);
            return weight;
        }
        Refuse(place, text, $"{place.Split('.', 2)[1]}: '{text}' is no weight; expected {expected}.");
        return null;
    }

    private void Refuse(string key, string text, string problem)
    {
        _unreadable[key] = (text, problem);
        Look();
    }

    private void Look()
    {
        Config = RunConfigDocument.Bind(new SettingsLayer("form", _values));
        FormProblem[] yaml = YamlProblem is { } unreadable ? [new FormProblem(YamlKey, $"The YAML cannot be used: {unreadable}")] : [];
        Problems = [.. yaml, .. _unreadable.Select(u => new FormProblem(SettingOf(u.Key), u.Value.Problem)), .. check(Settings).Select(About)];
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
