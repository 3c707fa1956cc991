namespace RIL.Web.Operations;

/// <summary>Ends purges that were interrupted, at start-up; then empties the trash of what is old enough, every hour.</summary>
internal sealed class TrashSweep(Trash trash, TimeProvider clock, ILogger<TrashSweep> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Pages come first.
        await Task.Yield();
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            await Try(_ => trash.Sweep(), stoppingToken);
            do await Try(trash.PurgeOld, stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The site is shutting down.
        }
    }

    private async Task Try(Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        try
        {
            await work(stopping);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Data.Common.DbException)
        {
            log.LogWarning(e, "The trash could not be looked after; it is tried again.");
        }
    }
}
