using System.CommandLine;
using RIL.Training.Configuration;
using RIL.Training.Runs;
using RIL.Training.Studies;

namespace RIL.Training.Commands;

/// <summary><c>study</c>: runs that differ in arms and seeds, and their table.</summary>
internal sealed class StudyCommand
{
    private readonly Option<string?> _preset = new("--preset")
        { Description = $"A study that comes with the program: {string.Join(", ", RunPresets.Studies)}.", HelpName = "NAME" };
    private readonly Option<string?> _file = new("--config")
        { Description = "A study's own file (.yaml, .json): {presets, settings, arms: {NAME: {title, from, presets, settings}}}.",
        HelpName = "FILE" };
    private readonly Option<int> _seeds = new("--seeds")
        { Description = "Seeds 1 to N, each with every arm.", HelpName = "N", DefaultValueFactory = _ => 3 };
    private readonly Option<int> _firstSeed = new("--first-seed")
        { Description = "First seed.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<string[]> _only = new("--only")
        { Description = "Run and show only these arms; may be given several times.", HelpName = "ARM", DefaultValueFactory = _ => [] };
    private readonly Option<string?> _output = new("--output")
        { Description = "The study's folder (default: runs/ and the study's name).", HelpName = "DIR" };
    private readonly Option<int> _parallel = new("--parallel")
        { Description = "Runs side by side, each with its share of the cores.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<string[]> _settings = new("--set")
        { Description = "A setting of every arm (what an arm sets itself wins); may be given several times.", HelpName = "KEY=VALUE",
        DefaultValueFactory = _ => [] };
    private readonly Option<bool> _list = new("--list") { Description = "Only list the arms." };

    public static Command Create()
    {
        var study = new StudyCommand();
        var verb = new VerbWithExamples(
            "study", "Runs every arm of a study with every seed; called again, goes on where it was. Writes results.csv and results.md "
                + "into the study's folder.",
            "study --preset arms --seeds 3", "study --preset arms --seeds 1 --only sft --only dr_grpo --parallel 2",
                "study --config mine.yaml --output runs/mine");
        foreach (Option option in (Option[])[study._preset, study._file, study._seeds, study._firstSeed, study._only, study._output,
            study._parallel, study._settings, study._list]) verb.Add(option);
        verb.SetAction(study.Run);
        return verb;
    }

    private int Run(ParseResult parsed)
    {
        (string name, SettingsLayer document) = (parsed.GetValue(_preset), parsed.GetValue(_file)) switch
        {
            ({ } preset, null) => (preset, RunPresets.GetStudy(preset)),
            (null, { } file) => (Path.GetFileNameWithoutExtension(file), RunConfigDocument.ReadFile(file)),
            _ => throw new InputException("study: expected either --preset NAME or --config FILE."),
        };
        var study = Study.Parse(document);
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(_list))
        {
            foreach (StudyArm arm in study.Arms) output.WriteLine($"{arm.Name,-32} {arm.Title}");
            return ExitCodes.Done;
        }
        IReadOnlyList<StudyArm> arms = Chosen(study, parsed.GetRequiredValue(_only));
        int parallel = AtLeastOne(parsed.GetRequiredValue(_parallel), "--parallel");
        int[] seeds = [.. Enumerable.Range(AtLeastOne(parsed.GetRequiredValue(_firstSeed), "--first-seed"),
            AtLeastOne(parsed.GetRequiredValue(_seeds), "--seeds"))];
        string folder = Path.GetFullPath(parsed.GetValue(_output) ?? Path.Combine("runs", name));
        string[] runtime = parallel == 1 ? [] : ["--threads", $"{Math.Max(1, Environment.ProcessorCount / parallel)}"];
        try
        {
            SettingsLayer[] overrides = [.. parsed.GetRequiredValue(_settings).Select(RunConfigDocument.ParseOverride)];
            new StudyRunner(study, folder, overrides, runtime, output).Run(seeds, arms, parallel);
        }
        catch (OperationCanceledException)
        {
            output.WriteLine("The study is stopped; the same command goes on with it.");
            return ExitCodes.Stopped;
        }
        List<StudyRow> rows = [.. from arm in arms from seed in seeds
            select StudyResults.Read(arm, seed, new RunFolder(Study.RunOf(folder, seed, arm.Name)))];
        Durable.WriteText(Path.Combine(folder, "results.csv"), StudyResults.Csv(rows));
        string table = StudyResults.Markdown(rows);
        Durable.WriteText(Path.Combine(folder, "results.md"), table);
        output.Write(table);
        output.WriteLine($"Written to {Path.Combine(folder, "results.md")} and results.csv.");
        return ExitCodes.Done;
    }

    // The chosen arms and those they start from.
    private static List<StudyArm> Chosen(Study study, string[] only)
    {
        foreach (string name in only.Where(o => study.Arms.All(a => a.Name != o)))
            throw new InputException($"--only {name}: there is no such arm; expected one of "
                + $"{string.Join(", ", study.Arms.Select(a => a.Name))}.");
        if (only.Length == 0) return [.. study.Arms];
        HashSet<string> wanted = [.. only];
        foreach (StudyArm arm in study.Arms.Reverse()) if (wanted.Contains(arm.Name) && arm.From is not null) wanted.Add(arm.From);
        return [.. study.Arms.Where(a => wanted.Contains(a.Name))];
    }

    private static int AtLeastOne(int value, string option) => value >= 1 ? value
        : throw new InputException($"{option} is {value}; expected a whole number from 1.");
}
