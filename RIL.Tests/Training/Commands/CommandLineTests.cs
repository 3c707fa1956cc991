using System.Text.Json.Nodes;
using RIL.Training.Commands;
using RIL.Training.Configuration;
using RIL.Training.Runs;

namespace RIL.Tests.Training.Commands;

public class CommandLineTests
{
    [Fact]
    public void EveryVerb_HasHelpWithAnExample()
    {
        List<string> verbs = [.. Verbs("")];

        Assert.Superset(new HashSet<string> { "config", "config schema", "config show", "config validate", "stop", "pause" },
            verbs.ToHashSet());
        Assert.All(verbs, verb => Assert.Contains("Examples:\n  ", Help(verb), StringComparison.Ordinal));
    }

    [Fact]
    public void Schema_IsPrintedAsJson() => Assert.Equal("RIL run", JsonNode.Parse(Ok("config schema"))!["title"]!.GetValue<string>());

    [Fact]
    public void Show_LaysPresetsFileAndSettingsOverEachOther()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "run.yaml");
        File.WriteAllText(file, "beta: 0.5\ntop_k: 7\n");

        JsonNode shown = JsonNode.Parse(Ok("config", "show", "--preset", "dr_grpo", "--config", file, "--set", "beta=0.25", "--json"))!;

        Assert.Equal((0.25, 7, false), (shown["beta"]!.GetValue<double>(), shown["top_k"]!.GetValue<int>(),
            shown["teachers_in_group"]!.GetValue<bool>()));
    }

    [Fact]
    public void EveryPreset_Binds()
    {
        Assert.NotEmpty(RunPresets.Names);
        foreach (string preset in RunPresets.Names) Ok("config", "show", "--preset", preset);
    }

    [Theory]
    [InlineData("config validate missing.yaml", "missing.yaml: the file does not exist")]
    [InlineData("config show --preset nothing", "there is no such preset; expected one of")]
    [InlineData("config show --set beta", "expected key=value")]
    [InlineData("config show --set bta=1", "did you mean 'beta'?")]
    [InlineData("config sho", "See: ")]
    [InlineData("stop .", "there is no run")]
    public void BadInput_IsOneSentence_AndExitCode2(string arguments, string sentence)
    {
        (int code, _, string errors) = Run(arguments.Split(' '));

        Assert.Equal(2, code);
        Assert.Contains(sentence, errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }

    [Fact]
    public void Stop_AsksTheProcessThatTrains()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "run");
        using (RunSession session = RunSession.Open(new RunConfig { OutputDir = path }, signals: false))
        {
            Ok("stop", path);
            Assert.Equal(RunRequest.Stop, session.Job.Control.Requested);
        }
        Assert.Contains("no process is training this run", Run("stop", path).Errors, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Verbs(string path)
    {
        // The help lists subcommands between "Commands:" and the next blank line.
        IEnumerable<string> names = Help(path).Split('\n').SkipWhile(l => l != "Commands:").Skip(1)
            .TakeWhile(l => l.StartsWith("  ", StringComparison.Ordinal))
            .Where(l => l[2] != ' ').Select(l => l.Trim().Split(' ')[0]);
        return names.SelectMany(n => (IEnumerable<string>)[$"{path} {n}".Trim(), .. Verbs($"{path} {n}".Trim())]);
    }

    private static string Help(string verb) => Ok([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"])
        .ReplaceLineEndings("\n");

    private static string Ok(params string[] arguments)
    {
        if (arguments.Length == 1) arguments = arguments[0].Split(' ');
        (int code, string output, string errors) = Run(arguments);
        Assert.Equal((0, ""), (code, errors));
        return output;
    }

    private static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        using StringWriter output = new(), errors = new();
        int code = CommandLine.Run(arguments, output, errors);
        return (code, output.ToString(), errors.ToString());
    }
}
