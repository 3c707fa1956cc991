namespace RIL.Web.Runs.Live;

/// <summary>Updates of one run joined into one while a reader is busy.</summary>
internal sealed class PendingUpdate(RunUpdate first)
{
    // A reader that misses more than this fetches history again (it sees the gap between its last event and the update's).
    private const int MostValues = 20_000, MostLines = 500;

    private readonly List<LiveValue> _values = [.. first.Values];
    private readonly List<long> _completions = [.. first.CompletionSteps];
    private readonly List<RunLogLine> _log = [.. first.Log];
    private RunUpdate _newest = first;
    private bool _checkpoints = first.Checkpoints;
    private long? _rewoundTo = first.RewoundTo;

    public void Join(RunUpdate next)
    {
        if (next.RewoundTo is { } step)
        {
            _values.RemoveAll(v => v.Step > step);
            _rewoundTo = Math.Min(_rewoundTo ?? step, step);
        }
        Add(_values, next.Values, MostValues);
        Add(_completions, next.CompletionSteps, MostValues);
        Add(_log, next.Log, MostLines);
        _checkpoints |= next.Checkpoints;
        if (next.LastEvent >= _newest.LastEvent) _newest = next;
    }

    public RunUpdate Take() => _newest with { Values = _values, CompletionSteps = _completions, Log = _log, Checkpoints = _checkpoints, RewoundTo = _rewoundTo };

    private static void Add<T>(List<T> list, IReadOnlyList<T> more, int most)
    {
        list.AddRange(more);
        if (list.Count > most) list.RemoveRange(0, list.Count - most);
    }
}
