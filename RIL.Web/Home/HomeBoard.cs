using RIL.Web.Runs;
using RIL.Web.Runs.Live;

namespace RIL.Web.Home;

/// <summary>What home shows, kept up to date by news: values go into the cards of their runs, and only another state or a person's change makes the rest be read again.</summary>
public sealed class HomeBoard
{
    private readonly Dictionary<string, (RunState State, long LastEvent)> _seen = new(StringComparer.Ordinal);
    private List<LiveRun> _live = [];

    /// <summary>What was read last; null before the first time.</summary>
    public HomeReading? Reading { get; private set; }

    /// <summary>The cards of the runs at work.</summary>
    public IReadOnlyList<LiveRun> Live => _live;

    /// <summary>The news of a run that home wants: a few metrics, no log.</summary>
    public static RunUpdate Choose(RunUpdate update) =>
        update with { Values = [.. update.Values.Where(v => LiveRun.Metrics.Contains(v.Metric))], Steps = [], Log = [], CompletionSteps = [] };

    /// <summary>Takes a reading. Cards of runs that are still at work stay, with all they know.</summary>
    public async Task Take(HomeReading reading, Func<Run, Task<LiveRun>> open)
    {
        var live = new List<LiveRun>();
        foreach (Run run in reading.Working)
        {
            LiveRun? card = _live.Find(l => l.Id == run.Id && l.Name == run.Name);
            card?.Apply(RunUpdate.Of(run));
            live.Add(card ?? await open(run));
            _seen[run.Id] = (run.State, Math.Max(run.LastEvent, _seen.GetValueOrDefault(run.Id).LastEvent));
        }
        _live = live;
        Reading = reading;
    }

    /// <summary>Takes news; the answer says whether the rest should be read again.</summary>
    public bool Apply(RunUpdate update)
    {
        bool known = _seen.TryGetValue(update.RunId, out (RunState State, long LastEvent) before);
        _seen[update.RunId] = (update.Progress.State, Math.Max(update.LastEvent, before.LastEvent));
        _live.Find(l => l.Id == update.RunId)?.Apply(update);
        // News without a new event are a person's: a name, a place in the queue, an action.
        return !known || before.State != update.Progress.State || (update.LastEvent == before.LastEvent && update.Values.Count == 0 && !update.Checkpoints);
    }
}
