using System.Globalization;
using RIL.Web.Controls;

namespace RIL.Web.Operations;

/// <summary>One reading of the machine as a line: what it is, how much, and how it went.</summary>
/// <param name="Word">What it is.</param>
/// <param name="Value">The newest value in words.</param>
/// <param name="Points">Points of a line 150 wide and 24 high, the newest at the right.</param>
public sealed record MachineLine(string Word, string Value, string Points)
{
    private const int Width = 150, Height = 24;

    /// <summary>The lines of what could be read.</summary>
    public static IReadOnlyList<MachineLine> Of(IReadOnlyList<MachineReading> history)
    {
        if (history is not [.., var now]) return [];
        var lines = new List<MachineLine>();
        if (now.CpuPercent is { } cpu) lines.Add(new("Processor", $"{cpu:0}\u202f% of {(now.Cores == 1 ? "1 core" : $"{now.Cores} cores")}", Line(history, r => r.CpuPercent / 100)));
        if (now is { MemoryUsed: { } used, MemoryTotal: { } all }) lines.Add(new("Memory", Share(used, all), Line(history, r => (double?)r.MemoryUsed / r.MemoryTotal)));
        if (now is { DiskFree: { } free, DiskTotal: { } disk }) lines.Add(new("Disk", Share(disk - free, disk), Line(history, r => 1 - (double?)r.DiskFree / r.DiskTotal)));
        for (int i = 0; i < now.Gpus.Count; i++)
        {
            int index = i;
            GpuReading gpu = now.Gpus[i];
            string number = now.Gpus.Count == 1 ? "" : $" {i + 1}";
            lines.Add(new($"GPU{number} {gpu.Name}", $"{gpu.Percent:0}\u202f%", Line(history, r => r.Gpus.ElementAtOrDefault(index)?.Percent / 100)));
            lines.Add(new($"GPU{number} memory", Share(gpu.MemoryUsed, gpu.MemoryTotal), Line(history, r => r.Gpus.ElementAtOrDefault(index) is { MemoryTotal: > 0 } g ? (double)g.MemoryUsed / g.MemoryTotal : null)));
        }
        return lines;
    }

    private static string Share(long part, long all) => $"{Say.Bytes(part)} of {Say.Bytes(all)}";

    private static string Line(IReadOnlyList<MachineReading> history, Func<MachineReading, double?> value)
    {
        IEnumerable<string> points = history.Select((reading, i) => (X: Width - history.Count + 1 + i, Y: value(reading))).Where(p => p.Y is not null)
            .Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.X},{Height - 1 - (Height - 2) * Math.Clamp(p.Y!.Value, 0, 1):0.#}"));
        return string.Join(' ', points);
    }
}
