using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace RIL.Training.Commands;

/// <summary>A verb that shows how it is used at the end of its help.</summary>
internal sealed class VerbWithExamples(string name, string description, params string[] examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;
}

/// <summary>The usual help, followed by the verb's examples and, for the program itself, the exit codes.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    // Help for a verb whose arguments are missing is still help.
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int result = usual.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is VerbWithExamples verb)
        {
            output.WriteLine("Examples:");
            foreach (string example in verb.Examples) output.WriteLine($"  {CommandLine.Name} {example}");
        }
        if (parseResult.CommandResult.Command is RootCommand)
            output.WriteLine("Exit codes: 0 done, 1 fault of the program, 2 unusable input (one sentence on stderr), 130 stopped or "
                + "paused with a checkpoint.");
        return result;
    }
}
