using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RIL.Training.Configuration;
using RIL.Training.Preflight;
using RIL.Training.Runs;
using RIL.Training.Stages;

namespace RIL.Training.Commands;

/// <summary><c>train</c>: one run from a configuration, or on from a checkpoint.</summary>
internal sealed class TrainCommand
{
    private readonly ConfigOptions _config = new();
    private readonly RuntimeOptions _runtime = new();
    private readonly Option<string?> _output = new("--output")
        { Description = "Run folder (default: runs/ with the preset's or file's name and the time).", HelpName = "DIR" };
    private readonly Option<string?> _resume = new("--resume")
    {
        Description = "Go on with a run from its last good checkpoint, with the settings it was started with; RUN is its folder (default: "
            + "that of --output).", HelpName = "RUN", Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<bool> _check = new("--check")
        { Description = "Only look at what the run would read, and print what was found; the exit code is 2 where it would not start." };
    private readonly Option<bool> _json = new("--json") { Description = "Print events as JSON, one a line, instead of progress." };
    private readonly Option<bool> _lines = new("--control-lines")
        { Description = "Read the words stop and pause from standard input, a line each." };

    public static Command Create()
    {
        var train = new TrainCommand();
        var verb = new VerbWithExamples(
            "train", "Trains a student: supervised warm start, teachers' answers, discriminator, reinforcement, evaluation; leaves a run "
                + "folder. Baselines are presets and settings of the same run.",
            "train --preset quickstart", "train --config run.yaml --set learning_rate=2e-6 --output runs/first",
                "train --config run.yaml --check",
                "train --resume runs/first");
        train._config.AddTo(verb);
        foreach (Option option in (Option[])[train._output, train._resume, train._check, train._json, train._lines]) verb.Add(option);
        train._runtime.AddTo(verb);
        verb.SetAction(train.Run);
        return verb;
    }

    private int Run(ParseResult parsed)
    {
        RunConfig config = Configure(parsed);
        _runtime.Start(parsed, config.Torch);
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(_check)) return Check(config, output, parsed.GetValue(_json));
        var terminal = new Terminal(output);
        bool json = parsed.GetValue(_json);
        var ending = new Ending();
        using RunSession session = RunSession.Open(
            config, [json ? new JsonLines(output) : new ProgressLine(output, terminal.IsTerminal, terminal.Width), ending],
                control: parsed.GetValue(_lines) ? Console.In : null);
        string state = Execute(session);
        if (!json) Close(session, state, ending.Summary, terminal);
        return state == "completed" ? ExitCodes.Done : ExitCodes.Stopped;
    }

    private static int Check(RunConfig config, TextWriter output, bool json)
    {
        PreflightReport report = RunPreflight.Run(config);
        if (json) output.WriteLine(JsonSerializer.Serialize(report, RunEvent.Json));
        else foreach (string line in PreflightText.All(report)) output.WriteLine(line);
        return report.Passes ? ExitCodes.Done : ExitCodes.Unusable;
    }

    private RunConfig Configure(ParseResult parsed)
    {
        string? output = parsed.GetValue(_output);
        if (parsed.GetResult(_resume) is { Implicit: false })
        {
            string run = parsed.GetValue(_resume) ?? output
                ?? throw new InputException("--resume: expected the folder of a run, for instance --resume runs/first.");
            string file = new RunFolder(run).Config;
            if (!File.Exists(file)) throw new InputException($"--resume {run}: there is no run; expected a folder with config.json.");
            RunConfig resumed = RunConfigDocument.Bind([RunConfigDocument.ReadFile(file), .. _config.Layers(parsed)]);
            return RunConfigCheck.Checked(resumed with { OutputDir = run, ResumeFromCheckpoint = resumed.ResumeFromCheckpoint
                ?? "latest" }, file);
        }
        string title = _config.Title(parsed);
        RunConfig config = RunConfigCheck.Checked(_config.Read(parsed), title);
        string name = config.RunName ?? $"{title}-{DateTime.Now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
        return config with { RunName = name, OutputDir = output ?? config.OutputDir ?? Path.Combine("runs", name) };
    }

    private static string Execute(RunSession session)
    {
        try
        {
            return RilRun.Execute(session);
        }
        catch (IOException e) when (DiskFull.Is(e))
        {
            throw new InputException($"{session.Folder.Root}: the disk is full ({e.Message}); {session.LastGoodSentence()} Free some "
                + $"space and go on with --resume.", e);
        }
    }

    private static void Close(RunSession session, string state, RunSummary? summary, Terminal terminal)
    {
        if (state != "completed")
        {
            terminal.Output.WriteLine($"The run is {state}; go on with: {CommandLine.Name} train --resume {session.Folder.Root}");
            return;
        }
        if (summary is not null) ResultTable.Write(summary, terminal.Console());
        terminal.Output.WriteLine($"Student: {session.Folder.Student}");
        terminal.Output.WriteLine($"Charts:  tensorboard --logdir {session.Folder.Root}");
    }

    private sealed class Ending : IRunObserver
    {
        public RunSummary? Summary { get; private set; }

        public void Observe(RunEvent happened)
        {
            if (happened is FinishedEvent finished) Summary = finished.Summary;
        }
    }
}
