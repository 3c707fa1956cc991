using RIL.Training.Runs;

namespace RIL.Training.Commands;

/// <summary>The run configurations that come with the program, by name; each is a layer of settings over the defaults, and several can be laid over each other.</summary>
internal static class Presets
{
    private const string Prefix = "preset/";

    public static IReadOnlyList<string> Names { get; } =
        [.. typeof(Presets).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Select(n => n[Prefix.Length..]).Order(StringComparer.Ordinal)];

    public static SettingsLayer Get(string name)
    {
        if (!Names.Contains(name)) throw new InputException($"--preset {name}: there is no such preset; expected one of {string.Join(", ", Names)}.");
        return RunConfigDocument.ParseYaml(Text(name), $"preset {name}");
    }

    /// <summary>The comment at the top of a preset.</summary>
    public static string About(string name) => Text(name).Split('\n', 2)[0].TrimStart('#', ' ');

    private static string Text(string name)
    {
        using var reader = new StreamReader(typeof(Presets).Assembly.GetManifestResourceStream(Prefix + name)!);
        return reader.ReadToEnd();
    }
}
