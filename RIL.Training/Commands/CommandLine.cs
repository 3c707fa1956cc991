using System.CommandLine;
using System.CommandLine.Help;
using RIL.Training.Runs;

namespace RIL.Training.Commands;

/// <summary>The program's verbs, and how their failures reach people.</summary>
internal static class CommandLine
{
    public static int Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        ParseResult parsed = Create().Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            errors.WriteLine($"{parsed.Errors[0].Message} See: {Name} {Path(parsed)}--help");
            return ExitCodes.Unusable;
        }
        try
        {
            // Signals are the runs' own: they end with a checkpoint.
            return parsed.Invoke(new InvocationConfiguration { Output = output, Error = errors, EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null });
        }
        catch (InputException e)
        {
            errors.WriteLine(e.Message);
            return ExitCodes.Unusable;
        }
        catch (IOException e) when (DiskFull.Is(e))
        {
            errors.WriteLine($"The disk is full ({e.Message}); free some space and start again, or go on with --resume.");
            return ExitCodes.Unusable;
        }
        catch (Exception e)
        {
            errors.WriteLine($"This is a fault of the program, please report it:\n{e}");
            return ExitCodes.Fault;
        }
    }

    public static string Name { get; } = RootCommand.ExecutableName;

    private static RootCommand Create()
    {
        var root = new RootCommand("Trains small vision-language models by Unified Reinforcement and Imitation Learning (RIL).")
        {
            TrainCommand.Create(), EvaluateCommand.Create(), CollectCommand.Create(),
            ConfigCommand.Create(),
            StudyCommand.Create(), BenchCommand.Create(), QuickstartCommand.Create(),
            ControlCommands.Create(RunRequest.Stop), ControlCommands.Create(RunRequest.Pause),
        };
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    private static string Path(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? ""
            : string.Join(' ', Ancestors(parsed.CommandResult.Command).Reverse().Select(c => c.Name)) + " ";

    private static IEnumerable<Command> Ancestors(Command command)
    {
        for (Command? c = command; c is not null and not RootCommand; c = c.Parents.OfType<Command>().FirstOrDefault()) yield return c;
    }
}
