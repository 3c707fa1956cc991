using System.CommandLine;
using System.Text.Json;
using RIL.Training.Datasets;
using RIL.Training.Preflight;
using RIL.Training.Quickstart;
using RIL.Training.Runs;
using RIL.Training.Studies;

namespace RIL.Training.Commands;

/// <summary><c>quickstart</c>: the embedded quickstart as files, and how its models were made.</summary>
internal static class QuickstartCommand
{
    public static Command Create() =>
        new VerbWithExamples("quickstart",
            "What comes with the program: its questions as an ordinary data set, and the making of its models.",
        "quickstart export quickstart:rl --output my-data", "quickstart make --output made")
    {
        Export(), Make(),
    };

    private static VerbWithExamples Export()
    {
        var set = new Argument<string>("SET")
            { Description = "quickstart:NAME, quickstart:NAME:SEED or quickstart:NAME:SEED:COUNT; NAME is sft, rl, validation, test, "
            + "teacher, teacher_a or teacher_b." };
        var folder = new Option<string>("--output")
            { Description = "Folder for data.jsonl and pictures.", HelpName = "DIR", Required = true };
        var verb = new VerbWithExamples("export",
            "Writes a set of its questions as a data set folder, in the layout that train reads.",
            "quickstart export quickstart:sft --output my-data") { set, folder };
        verb.SetAction(parsed =>
        {
            string to = parsed.GetRequiredValue(folder);
            OutputPlaces.RequireEmpty("--output", to, "quickstart export", name => name is "data.jsonl" or "pictures");
            OutputPlaces.RequireOwnLines("--output", Path.Combine(to, "data.jsonl"), "an export",
                row => row.TryGetProperty("data_source", out JsonElement source) && source.ValueEquals("quickstart"));
            IReadOnlyList<Example> rows = QuickstartData.Load(parsed.GetRequiredValue(set));
            QuickstartExport.Write(rows, parsed.GetRequiredValue(folder));
            parsed.InvocationConfiguration.Output.WriteLine(
                $"{rows.Count} questions in {Path.Combine(parsed.GetRequiredValue(folder), "data.jsonl")}");
        });
        return verb;
    }

    private static VerbWithExamples Make()
    {
        var folder = new Option<string>("--output")
            { Description = "Folder for student, teachers and answers; what is there already is kept.",
            HelpName = "DIR", Required = true };
        var runtime = new RuntimeOptions();
        var verb = new VerbWithExamples("make",
            "Makes its student, its two teachers and their answers again (about an hour on two cores).",
            "quickstart make --output made") { folder };
        runtime.AddTo(verb);
        verb.SetAction(parsed =>
        {
            OutputPlaces.RequireEmpty("--output", parsed.GetRequiredValue(folder), "quickstart make",
                name => name.StartsWith("Student", StringComparison.Ordinal) || name is "Teachers" or "work");
            runtime.Start(parsed);
            TextWriter output = parsed.InvocationConfiguration.Output;
            var making = new QuickstartMaking(parsed.GetRequiredValue(folder), output,
                [new ProgressLine(output, terminal: false, width: 0)]);
            return making.Run() ? ExitCodes.Done : ExitCodes.Stopped;
        });
        return verb;
    }
}
