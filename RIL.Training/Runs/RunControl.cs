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
/// Requests to a running job: SIGTERM, Ctrl-C, a file called control in its folder, lines of standard input, or the silence of a lease.
/// The trainer looks between steps and between batches of answers.
/// </summary>
public sealed class RunControl : IDisposable
{
    /// <summary>Name of the file that whoever watches the job keeps touching, where the job must not outlive its watcher.</summary>
    public const string LeaseFile = "lease";

    private readonly string _file;
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly Lease? _lease;
    private volatile int _request;
    private volatile string? _signal;

    /// <summary>Watches the folder of a job; a request from before is forgotten.</summary>
    public RunControl(string folder, JobOptions? options = null)
    {
        options ??= new JobOptions();
        _file = ControlFile(folder);
        File.Delete(_file);
        if (options.Signals)
        {
            foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT])
                _signals.Add(PosixSignalRegistration.Create(signal, OnSignal));
        }
        if (options.Lines is { } lines) new Thread(() => Read(lines)) { IsBackground = true, Name = "control lines" }.Start();
        if (options.Lease is { } silence)
            _lease = new Lease(Path.Combine(folder, LeaseFile), silence, options.Clock ?? TimeProvider.System);
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
            if (_request == 0 && _lease?.IsLost == true) (_signal, _request) = (LeaseFile, (int)RunRequest.Stop);
            return (RunRequest)_request;
        }
    }

    /// <summary>
    /// What stopped the job where no person's request did: SIGTERM or SIGINT, or lease where that file was silent; null otherwise.
    /// </summary>
    public string? Signal => _signal;

    /// <summary>Whether the lease's silence is what ends the job.</summary>
    public bool LeaseLost => _signal == LeaseFile;

    /// <summary>Asks the run of a folder, from any process.</summary>
    public static void Send(string runFolder, RunRequest request) =>
        Durable.WriteText(ControlFile(runFolder), request.ToString().ToLowerInvariant() + "\n");

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
        _lease?.Dispose();
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
