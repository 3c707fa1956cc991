namespace RIL.Web.Runs.Live;

/// <summary>Updates of one run joined into one while a reader is busy, bounded in size.</summary>
internal sealed class PendingUpdate(RunUpdate first)
{
    /// <summary>A reader that misses more values than this is told that there is a gap.</summary>
    public const int MostValues = 20_000;

    private const int MostLines = 500;

    private readonly List<LiveValue> _values = [.. first.Values];
    private readonly List<LiveStep> _steps = [.. first.Steps ?? []];
    private readonly List<long> _completions = [.. first.CompletionSteps];
    private readonly List<RunLogLine> _log = [.. first.Log];
    private RunUpdate _newest = first;
    private bool _checkpoints = first.Checkpoints;
    private RunHistories _gap = first.Gap;
    private long? _rewoundTo = first.RewoundTo;

    public void Join(RunUpdate next)
    {
        if (next.RewoundTo is { } step)
        {
            _values.RemoveAll(v => v.Step > step);
            _steps.RemoveAll(s => s.Step > step);
            _completions.RemoveAll(s => s > step);
            _rewoundTo = Math.Min(_rewoundTo ?? step, step);
        }
        _gap |= next.Gap;
        if (Add(_values, next.Values, MostValues) | Add(_steps, next.Steps ?? [], MostValues)) _gap |= RunHistories.Metrics;
        if (Add(_log, next.Log, MostLines)) _gap |= RunHistories.Log;
        if (Add(_completions, next.CompletionSteps, MostValues)) _gap |= RunHistories.Completions;
        _checkpoints |= next.Checkpoints;
        _newest = Newest(next);
    }

    public RunUpdate Take() =>
        _newest with { Values = _values, Steps = _steps, CompletionSteps = _completions, Log = _log, Checkpoints = _checkpoints, RewoundTo = _rewoundTo, Gap = _gap };

    // A person's action and a stored event may come in either order: the state is that of the later change, the rest that of the later event.
    private RunUpdate Newest(RunUpdate next)
    {
        RunUpdate events = next.LastEvent >= _newest.LastEvent ? next : _newest, changes = next.Version >= _newest.Version ? next : _newest;
        return events with { Version = changes.Version, Progress = events.Progress with { State = changes.Progress.State, Reason = changes.Progress.Reason } };
    }

    // True where something old had to go.
    private static bool Add<T>(List<T> list, IReadOnlyList<T> more, int most)
    {
        list.AddRange(more);
        if (list.Count <= most) return false;
        list.RemoveRange(0, list.Count - most);
        return true;
    }
}
