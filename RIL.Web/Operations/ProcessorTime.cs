using System.Globalization;

namespace RIL.Web.Operations;

/// <summary>How busy the processor was since the last look, from Linux's counters.</summary>
internal sealed class ProcessorTime
{
    private const string Counters = "/proc/stat";
    private long _busy, _all;

    /// <summary>Percent of all cores; null at the first look and on systems without these counters.</summary>
    public double? Percent()
    {
        if (!File.Exists(Counters)) return null;
        // user nice system idle iowait irq softirq steal
        long[] ticks = [.. File.ReadLines(Counters).First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(t => long.Parse(t, CultureInfo.InvariantCulture))];
        long all = ticks.Sum(), busy = all - ticks[3] - ticks[4];
        double? percent = _all > 0 && all > _all ? Math.Clamp(100.0 * (busy - _busy) / (all - _all), 0, 100) : null;
        (_busy, _all) = (busy, all);
        return percent;
    }
}
