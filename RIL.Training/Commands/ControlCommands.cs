using System.CommandLine;
using RIL.Training.Runs;

namespace RIL.Training.Commands;

/// <summary><c>stop</c> and <c>pause</c>: requests to a running run.</summary>
internal static class ControlCommands
{
    public static Command Create(RunRequest request)
    {
        string name = request.ToString().ToLowerInvariant();
        var run = new Argument<string>("RUN") { Description = "Run folder." };
        string about = request == RunRequest.Stop ? "Asks a running run to write a checkpoint and end."
            : "Asks a running run to write a checkpoint and release the machine; train --resume goes on with it.";
        var verb = new VerbWithExamples(name, about, $"{name} runs/quickstart") { run };
        verb.SetAction(parsed =>
        {
            var folder = new RunFolder(parsed.GetRequiredValue(run));
            if (!File.Exists(folder.Events))
                throw new InputException($"{folder.Root}: there is no run; expected a folder with events.jsonl.");
            if (!RunEvents.IsHeld(folder.Events))
                throw new InputException($"{folder.Root}: no process is training this run; there is nothing to {name}.");
            RunControl.Send(folder.Root, request);
        });
        return verb;
    }
}
