using System.Globalization;

namespace RIL.Web.Runs.Jobs;

/// <summary>Whether the system has ended a process for want of memory in the last seconds. The count is the machine's: the shorter the look back, the surer it was ours.</summary>
internal sealed class MemoryKills
{
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(10);
    private long? _older, _newer = Count();
    private DateTimeOffset? _at;

    /// <summary>Whether it has since ten or twenty seconds before the last look.</summary>
    public bool Any => Count() > (_older ?? _newer);

    /// <summary>Notes the count, at most every ten seconds.</summary>
    public void Look(DateTimeOffset now)
    {
        if (now - _at < Back) return;
        (_older, _newer, _at) = (_newer, Count(), now);
    }

    private static long? Count()
    {
        foreach (string file in (string[])["/sys/fs/cgroup/memory.events", "/proc/vmstat"])
        {
            if (!File.Exists(file)) continue;
            foreach (string line in File.ReadLines(file))
                if (line.StartsWith("oom_kill ", StringComparison.Ordinal) && long.TryParse(line.AsSpan("oom_kill ".Length), NumberStyles.Integer, CultureInfo.InvariantCulture, out long count)) return count;
        }
        return null;
    }
}
