using System.Diagnostics;
using System.Globalization;

namespace RIL.Web.Operations;

/// <summary>Asks NVIDIA's own program about the graphics processors, where it is installed; every few readings, because it is slow.</summary>
internal sealed class NvidiaSmi
{
    private const int EveryReadings = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly string? _program = Find();
    private IReadOnlyList<GpuReading> _last = [];
    private int _reading;

    public async Task<IReadOnlyList<GpuReading>> Read(CancellationToken cancellation)
    {
        if (_program is null || _reading++ % EveryReadings != 0) return _last;
        var start = new ProcessStartInfo(_program) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add("--query-gpu=name,utilization.gpu,memory.used,memory.total");
        start.ArgumentList.Add("--format=csv,noheader,nounits");
        using Process? process = Process.Start(start);
        if (process is null) return _last;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            string text = await process.StandardOutput.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return _last = [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse).OfType<GpuReading>()];
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            process.Kill();
            return _last = [];
        }
    }

    internal static GpuReading? Parse(string line)
    {
        string[] fields = line.Split(',', StringSplitOptions.TrimEntries);
        return fields is [var name, var busy, var used, var total] && Number(used) is { } u && Number(total) is { } t ? new GpuReading(name, Number(busy) ?? 0, (long)(u * (1 << 20)), (long)(t * (1 << 20))) : null;
    }

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;

    private static string? Find()
    {
        string name = OperatingSystem.IsWindows() ? "nvidia-smi.exe" : "nvidia-smi";
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }
}
