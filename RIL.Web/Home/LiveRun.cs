using RIL.Web.Runs;
using RIL.Web.Runs.Live;
using RIL.Web.Runs.Pages;

namespace RIL.Web.Home;

/// <summary>A run at work as home shows it: where it is, and the newest values of the few metrics that matter.</summary>
public sealed class LiveRun
{
    /// <summary>Values of a metric that are kept for its small line.</summary>
    public const int Kept = 60;

    private readonly Dictionary<string, List<(long Step, double Value)>> _values = new(StringComparer.Ordinal);

    /// <summary>A stored run with the newest values of its metrics.</summary>
    public LiveRun(Run run, IReadOnlyDictionary<string, RecentMetric> recent)
    {
        (Id, Name, Color, Now) = (run.Id, run.Name, run.Color, RunProgress.Of(run));
        foreach ((string metric, RecentMetric values) in recent) _values[metric] = [.. values.Points.TakeLast(Kept)];
    }

    /// <summary>Metrics that home shows, in their order.</summary>
    public static IReadOnlyList<string> Metrics { get; } = ["reward", "discriminator/accuracy", "eval/accuracy", "loss"];

    /// <summary>The run.</summary>
    public string Id { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its colour.</summary>
    public int Color { get; }

    /// <summary>Where it is.</summary>
    public RunProgress Now { get; private set; }

    /// <summary>Part of the stage that is done, 0 to 1; null where the stage does not say how long it is.</summary>
    public double? Share => Now.StageTotal is > 0 and { } total ? Math.Clamp(Now.StageStep / (double)total, 0, 1) : null;

    /// <summary>Something that is shown has changed.</summary>
    public event Action? Changed;

    /// <summary>The newest values of a metric, oldest first.</summary>
    public IReadOnlyList<(long Step, double Value)> Values(string metric) => _values.TryGetValue(metric, out List<(long, double)>? values) ? values : [];

    /// <summary>Takes news.</summary>
    public void Apply(RunUpdate update)
    {
        if (update.RewoundTo is { } step)
            foreach (List<(long Step, double Value)> values in _values.Values) values.RemoveAll(v => v.Step > step);
        foreach (LiveValue value in update.Values)
        {
            if (!_values.TryGetValue(value.Metric, out List<(long Step, double Value)>? values)) _values[value.Metric] = values = [];
            // What was read from the database may come once more.
            if (values.Count > 0 && value.Step <= values[^1].Step) continue;
            values.Add((value.Step, value.Value));
            if (values.Count > Kept) values.RemoveAt(0);
        }
        Now = update.Progress;
        Changed?.Invoke();
    }
}
