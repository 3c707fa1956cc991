namespace RIL.Training.Runs;

/// <summary>
/// Watches a file that somebody keeps touching. Its silence is measured by this machine's own clock from the last change that was seen, so
/// that the clocks of a shared folder do not matter; a file that is not there is silent.
/// </summary>
internal sealed class Lease : IDisposable
{
    private readonly string _file;
    private readonly TimeSpan _silence;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private DateTime _touched;
    private long _seen;

    public Lease(string file, TimeSpan silence, TimeProvider clock)
    {
        (_file, _silence, _clock, _touched, _seen) = (file, silence, clock, Touched(file), clock.GetTimestamp());
        // Looked at often, and not only when somebody asks: a step may take longer than the lease.
        TimeSpan period = silence / 4;
        _timer = clock.CreateTimer(_ => Look(), null, period, period);
    }

    /// <summary>Whether the file was silent for too long.</summary>
    public bool IsLost
    {
        get
        {
            Look();
            lock (_lock) return _clock.GetElapsedTime(_seen) >= _silence;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        DateTime touched = Touched(_file);
        lock (_lock)
        {
            if (touched == _touched) return;
            (_touched, _seen) = (touched, _clock.GetTimestamp());
        }
    }

    // A file that is missing has the time of 1601.
    private static DateTime Touched(string file)
    {
        try
        {
            return File.GetLastWriteTimeUtc(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }
}
