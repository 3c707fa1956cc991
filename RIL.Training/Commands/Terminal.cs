using Spectre.Console;

namespace RIL.Training.Commands;

/// <summary>What the output can show: a terminal's width and colours, or plain lines.</summary>
internal sealed class Terminal(TextWriter output)
{
    private const int PlainWidth = 200;

    public TextWriter Output { get; } = output;

    public bool IsTerminal { get; } = ReferenceEquals(output, System.Console.Out) && !System.Console.IsOutputRedirected
        && Environment.GetEnvironmentVariable("TERM") != "dumb";

    public int Width => IsTerminal && System.Console.WindowWidth > 0 ? Math.Max(40, System.Console.WindowWidth) : PlainWidth;

    /// <summary>Where tables are drawn.</summary>
    public IAnsiConsole Console()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            Out = new AnsiConsoleOutput(Output) });
        console.Profile.Width = Width;
        return console;
    }
}
