using System.Diagnostics;

namespace RIL.Training.Runs;

/// <summary>
/// Sorts a step's metrics into those that every repetition of the run gives again and those that depend on the clock or the machine, and
/// adds the machine's own.
/// </summary>
public sealed class MetricLog
{
    private static readonly string[] TimingPrefixes = ["timing_s/", "perf/", "system/", "judge/latency_s", "judge/cost", "step_time"];
    private TimeSpan _cpu = Used();
    private long _since = Stopwatch.GetTimestamp();

    /// <summary>The event of a step's metrics; values that are not finite do not exist and are left out.</summary>
    public MetricsEvent Event(string stage, long step, IEnumerable<KeyValuePair<string, double>> values)
    {
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var timing = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach ((string name, double value) in values.Concat(Machine()))
        {
            if (double.IsFinite(value)) (IsTiming(name) ? timing : metrics)[name] = value;
        }
        return new MetricsEvent(stage, step, metrics, timing);
    }

    internal static bool IsTiming(string name) => TimingPrefixes.Any(p => name.StartsWith(p, StringComparison.Ordinal));

    // Since the last call: this process's share of all cores in percent, and its resident memory in MB (10^6 bytes).
    private IEnumerable<KeyValuePair<string, double>> Machine()
    {
        long now = Stopwatch.GetTimestamp();
        TimeSpan used = Used(), passed = Stopwatch.GetElapsedTime(_since, now);
        if (passed > TimeSpan.Zero) yield return KeyValuePair.Create("system/cpu_percent",
            100 * (used - _cpu) / passed / Environment.ProcessorCount);
        yield return KeyValuePair.Create("system/rss_mb", Environment.WorkingSet / 1e6);
        (_cpu, _since) = (used, now);
    }

    private static TimeSpan Used() => OperatingSystem.IsWindows() || OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()
        ? Environment.CpuUsage.TotalTime : TimeSpan.Zero;
}
