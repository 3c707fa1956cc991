using RIL.Web.Runs.Live;

namespace RIL.Web.Runs.Pages;

/// <summary>What changed on a run's page.</summary>
[Flags]
public enum RunPageChange
{
    /// <summary>Nothing that is shown.</summary>
    None = 0,

    /// <summary>Where it is: step, time left.</summary>
    Progress = 1,

    /// <summary>State, stage, name, tags or anything else that is read from the database.</summary>
    Run = 2,

    /// <summary>Values of metrics.</summary>
    Values = 4,

    /// <summary>Steps with completions.</summary>
    Completions = 8,

    /// <summary>The log.</summary>
    Log = 16,

    /// <summary>The list of checkpoints.</summary>
    Checkpoints = 32,
}

/// <summary>
/// One run as a page shows it: the record, where it is now, the newest values. Live news change it in place and tell the parts of the page what changed; parts that show nothing of it stay as they are.
/// </summary>
public sealed class RunView(Run run)
{
    private static readonly IReadOnlySet<string> NoMetrics = new HashSet<string>();

    private readonly Dictionary<string, double> _latest = new(StringComparer.Ordinal);
    private long _lastEvent = run.LastEvent;

    /// <summary>The record, as last read.</summary>
    public Run Run { get; private set; } = run;

    /// <summary>Where it is now.</summary>
    public RunProgress Now { get; private set; } = RunUpdate.Of(run).Progress;

    /// <summary>Newest values that came while the page was open, by metric.</summary>
    public IReadOnlyDictionary<string, double> Latest => _latest;

    /// <summary>When the last news came.</summary>
    public DateTimeOffset? LastNews { get; private set; }

    /// <summary>Tells what changed, and of which metrics there are new values.</summary>
    public event Action<RunPageChange, IReadOnlySet<string>>? Changed;

    /// <summary>Takes the record as it is in the database.</summary>
    public void Reload(Run run)
    {
        Run = run;
        _lastEvent = Math.Max(_lastEvent, run.LastEvent);
        Now = RunUpdate.Of(run).Progress;
        Changed?.Invoke(RunPageChange.Run | RunPageChange.Progress, NoMetrics);
    }

    /// <summary>Takes news; the answer says whether the record should be read again.</summary>
    public bool Apply(RunUpdate update, DateTimeOffset now)
    {
        // News without a new event are a person's: another name, other tags, an action.
        bool byPerson = update.LastEvent == _lastEvent && !update.Checkpoints;
        // What was left out, or is void, the parts of the page read anew, and with it the record.
        RunHistories anew = update.RewoundTo is null ? update.Gap : RunHistories.All;
        bool reload = byPerson || anew != RunHistories.None || update.Progress.State != Now.State || update.Progress.Stage != Now.Stage || update.Progress.Reason != Now.Reason;
        _lastEvent = Math.Max(_lastEvent, update.LastEvent);
        RunPageChange change = RunPageChange.None;
        if (update.Progress != Now) change |= RunPageChange.Progress;
        if (update.Values.Count > 0 || anew.HasFlag(RunHistories.Metrics)) change |= RunPageChange.Values;
        if (update.CompletionSteps.Count > 0 || anew.HasFlag(RunHistories.Completions)) change |= RunPageChange.Completions;
        if (update.Log.Count > 0 || anew.HasFlag(RunHistories.Log)) change |= RunPageChange.Log;
        if (update.Checkpoints) change |= RunPageChange.Checkpoints;
        Now = update.Progress;
        LastNews = now;
        foreach (LiveValue value in update.Values) _latest[value.Metric] = value.Value;
        if (change != RunPageChange.None) Changed?.Invoke(change, update.Values.Count == 0 ? NoMetrics : update.Values.Select(v => v.Metric).ToHashSet(StringComparer.Ordinal));
        return reload;
    }
}
