namespace RIL.Web.Runs.Live;

/// <summary>Updates of one run joined into one while a reader is busy, bounded in size.</summary>
internal sealed class PendingUpdate(RunUpdate first)
{
    /// <summary>A reader that misses more values than this is told that there is a gap.</summary>
    public const int MostValues = 20_000;

    private const int MostLines = 500;

    private readonly RunUpdate _first = first;
    private readonly List<LiveValue> _values = [];
    private readonly List<LiveStep> _steps = [];
    private readonly List<long> _completions = [];
    private readonly List<RunLogLine> _log = [];
    private RunUpdate _newest = first;
    private bool _joined, _checkpoints = first.Checkpoints;
    private RunHistories _gap = first.Gap;
    private long? _rewoundTo = first.RewoundTo;

    public void Join(RunUpdate next)
    {
        if (!_joined) Copy();
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

    /// <summary>All of them in one; one that came alone is handed on itself, so that readers share what is made of it.</summary>
    public RunUpdate Take() => !_joined ? _first :
        _newest with { Values = _values, Steps = _steps, CompletionSteps = _completions, Log = _log, Checkpoints = _checkpoints, RewoundTo = _rewoundTo, Gap = _gap };

    private void Copy()
    {
        _joined = true;
        _values.AddRange(_first.Values);
        _steps.AddRange(_first.Steps ?? []);
        _completions.AddRange(_first.CompletionSteps);
        _log.AddRange(_first.Log);
    }

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
