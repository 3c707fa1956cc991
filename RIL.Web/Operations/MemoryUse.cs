using System.Globalization;

namespace RIL.Web.Operations;

/// <summary>How much memory is in use.</summary>
internal static class MemoryUse
{
    private const string Machine = "/proc/meminfo", Limit = "/sys/fs/cgroup/memory.max", Current = "/sys/fs/cgroup/memory.current";

    /// <summary>Bytes in use and in all: of the container where it has a limit, else of the machine.</summary>
    public static (long? Used, long? Total) Read()
    {
        if (!File.Exists(Machine)) return (null, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        Dictionary<string, long> lines = File.ReadLines(Machine).Select(l => l.Split(':', 2)).Where(p => p.Length == 2)
            .ToDictionary(p => p[0], p => long.Parse(p[1].Trim().Split(' ')[0], CultureInfo.InvariantCulture) * 1024);
        long total = lines["MemTotal"], used = total - lines.GetValueOrDefault("MemAvailable", lines["MemFree"]);
        return Number(Limit) is { } limit && limit < total && Number(Current) is { } current ? (current, limit) : (used, total);
    }

    private static long? Number(string file) => File.Exists(file) && long.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;
}
