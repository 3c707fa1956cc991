
namespace RIL.Training.Configuration;

/// <summary>
/// The run configurations that come with the program, by name: files in folders called Presets, each a layer of settings over the
/// defaults, several of which can be laid over each other; and its studies, in folders called Studies.
/// </summary>
public static class RunPresets
{
    private const string Prefix = "preset/", StudyPrefix = "study/";

    /// <summary>Names of the presets.</summary>
    public static IReadOnlyList<string> Names { get; } = Under(Prefix);

    /// <summary>Names of the studies.</summary>
    public static IReadOnlyList<string> Studies { get; } = Under(StudyPrefix);

    /// <summary>The settings of a preset.</summary>
    public static SettingsLayer Get(string name) => Get(Prefix, name, Names, "preset");

    /// <summary>The document of a study.</summary>
    public static SettingsLayer GetStudy(string name) => Get(StudyPrefix, name, Studies, "study");

    private static SettingsLayer Get(string prefix, string name, IReadOnlyList<string> known, string kind)
    {
        if (!known.Contains(name)) throw new InputException(
            $"--preset {name}: there is no such {kind}; expected one of {string.Join(", ", known)}.");
        using var reader = new StreamReader(typeof(RunPresets).Assembly.GetManifestResourceStream(prefix + name)!);
        return RunConfigDocument.ParseYaml(reader.ReadToEnd(), $"{kind} {name}");
    }

    private static IReadOnlyList<string> Under(string prefix) =>
        [.. typeof(RunPresets).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal))
            .Select(n => n[prefix.Length..]).Order(StringComparer.Ordinal)];
}
