using RIL.Web.Data;

namespace RIL.Web.Operations;

/// <summary>Reads the machine every two seconds while the site runs; pages look at <see cref="Now"/> and listen to <see cref="Changed"/>.</summary>
public sealed class MachineReadings(Storage storage, TimeProvider clock, ILogger<MachineReadings> log) : BackgroundService
{
    private const int Kept = 150; // five minutes
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private readonly ProcessorTime _processor = new();
    private readonly NvidiaSmi _nvidia = new();
    private readonly Lock _writing = new();
    private MachineReading[] _history = [];

    /// <summary>The newest reading; null before the first.</summary>
    public MachineReading? Now => _history is [.., var last] ? last : null;

    /// <summary>The last five minutes, oldest first.</summary>
    public IReadOnlyList<MachineReading> History => _history;

    /// <summary>There is a new reading.</summary>
    public event Action? Changed;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            do await Add(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The site is shutting down.
        }
    }

    private async Task Add(CancellationToken stopping)
    {
        try
        {
            MachineReading reading = await Read(stopping);
            lock (_writing) _history = [.. _history.TakeLast(Kept - 1), reading];
            Changed?.Invoke();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A reading less; the site does not stop for it.
            log.LogWarning(e, "The machine could not be read.");
        }
    }

    private async Task<MachineReading> Read(CancellationToken cancellation)
    {
        (long? used, long? total) = MemoryUse.Read();
        (long? free, long? size) = DiskSpace.Of(storage.Root);
        return new MachineReading(
            clock.GetUtcNow(), Environment.ProcessorCount, _processor.Percent(), used, total, free, size,
            await _nvidia.Read(cancellation));
    }
}
