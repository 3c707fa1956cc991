using System.CommandLine;
using RIL.Training.Configuration;

namespace RIL.Training.Commands;

/// <summary>The options from which verbs make a run configuration: presets, then a file, then single settings.</summary>
internal sealed class ConfigOptions
{
    private readonly Option<string[]> _presets = new("--preset")
    {
        Description = $"Settings that come with the program; may be given several times, later ones win: "
            + $"{string.Join(", ", RunPresets.Names)}.", HelpName = "NAME", DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _file = new("--config")
        { Description = "File of settings (.yaml, .json); wins over presets. Keys: see config show.", HelpName = "FILE" };

    private readonly Option<string[]> _settings = new("--set")
    {
        Description = "One setting; may be given several times and wins over the file.", HelpName = "KEY=VALUE",
        DefaultValueFactory = _ => [],
    };

    public void AddTo(Command verb)
    {
        verb.Add(_presets);
        verb.Add(_file);
        verb.Add(_settings);
    }

    public RunConfig Read(ParseResult parsed) => RunConfigDocument.Bind(Layers(parsed));

    public IEnumerable<SettingsLayer> Layers(ParseResult parsed) =>
    [
        .. parsed.GetRequiredValue(_presets).Select(RunPresets.Get),
        .. parsed.GetValue(_file) is { } file ? [RunConfigDocument.ReadFile(file)] : (IEnumerable<SettingsLayer>)[],
        .. parsed.GetRequiredValue(_settings).Select(RunConfigDocument.ParseOverride),
    ];

    /// <summary>What the run is called after where it has no name of its own.</summary>
    public string Title(ParseResult parsed) =>
        parsed.GetValue(_file) is { } file ? Path.GetFileNameWithoutExtension(file)
            : parsed.GetRequiredValue(_presets) is { Length: > 0 } presets ? string.Join('-', presets) : "run";
}
