using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using RIL.Training.Configuration;

namespace RIL.Training.Studies;

/// <summary>An arm of a study: what it changes against the study's common settings, and whose student it starts from.</summary>
/// <param name="Name">Name of its folder.</param>
/// <param name="Title">Name in the table.</param>
/// <param name="From">Arm whose student of the same seed it starts from (its own warm start is then left out); null = the common
/// student.</param>
/// <param name="Layers">Its presets and settings.</param>
internal sealed record StudyArm(string Name, string Title, string? From, IReadOnlyList<SettingsLayer> Layers);

/// <summary>
/// Runs that differ in arms and seeds. In texts of settings, {seed} stands for the seed's number and {study} for the study's folder.
/// </summary>
internal sealed record Study(IReadOnlyList<SettingsLayer> Common, IReadOnlyList<StudyArm> Arms)
{
    private static readonly string[] Keys = ["presets", "settings", "arms"], ArmKeys = ["title", "from", "presets", "settings"];

    public static Study Parse(SettingsLayer document)
    {
        string source = document.Source;
        Refuse(document.Values, Keys, source);
        JsonObject arms = document.Values["arms"] as JsonObject
            ?? throw new InputException($"{source}: arms is missing; expected a mapping of names to {{title, from, presets, settings}}.");
        var read = arms.Select(a => Arm(a.Key, a.Value as JsonObject ?? [], $"{source}: arm {a.Key}")).ToList();
        foreach (StudyArm arm in read.Where(a => a.From is not null && read.TakeWhile(b => b != a).All(b => b.Name != a.From)))
            throw new InputException($"{source}: arm {arm.Name} starts from '{arm.From}'; expected the name of an arm above it.");
        return new Study(Layers(document.Values, source), read);
    }

    /// <summary>The configuration of an arm's run; throws where the settings contradict each other.</summary>
    public RunConfig Configure(StudyArm arm, int seed, string folder, IEnumerable<SettingsLayer> overrides)
    {
        var start = new JsonObject { ["seed"] = seed };
        if (arm.From is not null)
        {
            start["student"] = Path.Combine(RunOf(folder, seed, arm.From), "student");
            (start["sft_steps"], start["sft_epochs"]) = (0, 0);
        }
        IEnumerable<SettingsLayer> layers = [.. Common, .. overrides, new SettingsLayer("study", start), .. arm.Layers];
        RunConfig config = RunConfigDocument.Bind(layers.Select(l => l with { Values = (JsonObject)Fill(l.Values, seed, folder)! }));
        return RunConfigCheck.Checked(config with { OutputDir = RunOf(folder, seed, arm.Name), RunName = $"{arm.Name}-{seed}" },
            $"arm {arm.Name}, seed {seed}");
    }

    public static string RunOf(string folder, int seed, string arm) =>
        Path.Combine(folder, $"seed-{seed.ToString(CultureInfo.InvariantCulture)}", arm);

    private static StudyArm Arm(string name, JsonObject values, string source)
    {
        Refuse(values, ArmKeys, source);
        if (name.IndexOfAny(Path.GetInvalidFileNameChars()) >= 0)
            throw new InputException($"{source}: its name becomes a folder and cannot hold such characters.");
        return new StudyArm(name, values["title"]?.ToString() ?? name, values["from"]?.ToString(), Layers(values, source));
    }

    private static List<SettingsLayer> Layers(JsonObject values, string source)
    {
        List<SettingsLayer> layers = [.. (values["presets"] as JsonArray ?? []).Select(p => RunPresets.Get(p?.ToString() ?? ""))];
        if (values["settings"] is JsonObject settings) layers.Add(new SettingsLayer(source, settings));
        return layers;
    }

    private static void Refuse(JsonObject values, string[] known, string source)
    {
        foreach (string key in values.Select(p => p.Key).Except(known, StringComparer.Ordinal))
            throw new InputException($"{source}: unknown key '{key}'; expected {string.Join(", ", known)}.");
    }

    private static JsonNode? Fill(JsonNode? node, int seed, string folder) => node switch
    {
        JsonObject map => new JsonObject(map.Select(p => KeyValuePair.Create(p.Key, Fill(p.Value, seed, folder)))),
        JsonArray list => new JsonArray([.. list.Select(n => Fill(n, seed, folder))]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String =>
            JsonValue.Create(value.GetValue<string>().Replace("{seed}", seed.ToString(CultureInfo.InvariantCulture),
                StringComparison.Ordinal).Replace("{study}", folder, StringComparison.Ordinal)),
        _ => node?.DeepClone(),
    };
}
