using System.CommandLine;
using System.Text.Json;
using RIL.Training.Configuration;

namespace RIL.Training.Commands;

/// <summary><c>config</c>: what can be set, what is set, whether a file is right.</summary>
internal static class ConfigCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create() => new VerbWithExamples("config", "Shows and checks run configurations.",
        "config show --preset dr_grpo", "config validate run.yaml") { Schema(), Show(), Validate() };

    private static VerbWithExamples Schema()
    {
        var verb = new VerbWithExamples("schema", "Prints the JSON schema of run configurations, for editors and forms.",
            "config schema > run.schema.json");
        verb.SetAction(parsed => parsed.InvocationConfiguration.Output.WriteLine(RunConfigSchema.Create().ToJsonString(Indented)));
        return verb;
    }

    private static VerbWithExamples Show()
    {
        var options = new ConfigOptions();
        var json = new Option<bool>("--json") { Description = "As JSON instead of YAML." };
        var changed = new Option<bool>("--changed") { Description = "Only what differs from the defaults." };
        var verb = new VerbWithExamples("show",
            "Prints every setting with its explanation, as it results from presets, file and single settings.",
            "config show", "config show --preset quickstart --preset dr_grpo --changed",
                "config show --config run.yaml --set beta=0.02 --json");
        options.AddTo(verb);
        verb.Add(json);
        verb.Add(changed);
        verb.SetAction(parsed =>
        {
            RunConfig config = options.Read(parsed);
            parsed.InvocationConfiguration.Output.Write(parsed.GetValue(json) ? RunConfigDocument.WriteJson(config)
                : RunConfigDocument.WriteYaml(config, parsed.GetValue(changed)));
        });
        return verb;
    }

    private static VerbWithExamples Validate()
    {
        var file = new Argument<string>("FILE") { Description = "Run configuration (.yaml, .json)." };
        var verb = new VerbWithExamples("validate",
            "Checks a run configuration: one sentence per problem and exit code 2, or the warnings and 0.",
            "config validate run.yaml") { file };
        verb.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(file);
            RunConfig config = RunConfigDocument.Load(path);
            foreach (string warning in RunConfigCheck.Warnings(config))
                parsed.InvocationConfiguration.Output.WriteLine($"warning: {warning}");
            parsed.InvocationConfiguration.Output.WriteLine($"{path}: a usable run configuration.");
        });
        return verb;
    }
}
