using RIL.Training.Runs;

namespace RIL.Training.Commands;

/// <summary>Shows a run to scripts: its events as they stand in events.jsonl.</summary>
internal sealed class JsonLines(TextWriter output) : IRunObserver
{
    public void Observe(RunEvent happened)
    {
        output.WriteLine(happened.ToLine());
        output.Flush();
    }
}
