using System.Runtime.InteropServices;

namespace RIL.Training.Runs;

/// <summary>What somebody asked a running run to do.</summary>
public enum RunRequest
{
    /// <summary>Nothing: go on.</summary>
    None,

    /// <summary>Write a checkpoint, release the machine, be resumed later.</summary>
    Pause,

    /// <summary>Write a checkpoint and end.</summary>
    Stop,
}

/// <summary>
/// Requests to a running run: SIGTERM, Ctrl-C, a file called control in the run folder, or lines of standard input. The trainer looks
/// between steps.
/// </summary>
public sealed class RunControl : IDisposable
{
    private readonly string _file;
    private readonly List<PosixSignalRegistration> _signals = [];
    private volatile int _request;
    private volatile string? _signal;

    /// <summary>Watches a run folder; a request from before is forgotten.</summary>
    /// <param name="runFolder">The run folder.</param>
    /// <param name="signals">Whether SIGTERM and Ctrl-C stop the run; a second one ends the process at once.</param>
    /// <param name="lines">Where lines saying stop or pause come from, if anywhere.</param>
    public RunControl(string runFolder, bool signals = true, TextReader? lines = null)
    {
        _file = ControlFile(runFolder);
        File.Delete(_file);
        if (signals)
        {
            foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT])
                _signals.Add(PosixSignalRegistration.Create(signal, OnSignal));
        }
        if (lines is not null) new Thread(() => Read(lines)) { IsBackground = true, Name = "control lines" }.Start();
    }

    /// <summary>What was asked so far.</summary>
    public RunRequest Requested
    {
        get
        {
            if (_request == 0 && File.Exists(_file))
            {
                // Half-written content is looked at again at the next step.
                if (TryReadFile() is { } word && Parse(word) is var asked && asked != RunRequest.None) _request = (int)asked;
            }
            return (RunRequest)_request;
        }
    }

    /// <summary>The signal by which the system, not a person's request, stopped the run; null where none did.</summary>
    public string? Signal => _signal;

    /// <summary>Asks the run of a folder, from any process.</summary>
    public static void Send(string runFolder, RunRequest request) =>
        Durable.WriteText(ControlFile(runFolder), request.ToString().ToLowerInvariant() + "\n");

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
        File.Delete(_file);
    }

    private static string ControlFile(string runFolder) => Path.Combine(runFolder, "control");

    private void OnSignal(PosixSignalContext context)
    {
        if (Interlocked.Exchange(ref _request, (int)RunRequest.Stop) == (int)RunRequest.Stop) return;
        _signal = context.Signal.ToString();
        context.Cancel = true;
    }

    private void Read(TextReader lines)
    {
        while (lines.ReadLine() is { } line)
        {
            RunRequest asked = Parse(line);
            if (asked != RunRequest.None) _request = (int)asked;
        }
    }

    private string? TryReadFile()
    {
        try
        {
            return File.ReadAllText(_file);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static RunRequest Parse(string word) => word.Trim().ToLowerInvariant() switch
    {
        "stop" => RunRequest.Stop,
        "pause" => RunRequest.Pause,
        _ => RunRequest.None,
    };
}
