using Microsoft.Extensions.Diagnostics.HealthChecks;
using RIL.Web.Controls;
using RIL.Web.Data;

namespace RIL.Web.Operations;

/// <summary>Whether the disk of the storage folder has room for a checkpoint.</summary>
internal sealed class DiskCheck(Storage storage) : IHealthCheck
{
    private const long Least = 256L << 20;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (DiskSpace.Of(storage.Root).Free is not { } free) return Task.FromResult(HealthCheckResult.Healthy("The system does not say how much is free where the storage folder lies."));
        return Task.FromResult(free >= Least
            ? HealthCheckResult.Healthy($"{Say.Bytes(free)} are free.")
            : HealthCheckResult.Unhealthy($"Only {Say.Bytes(free)} are free; empty the trash, or make room on the disk of the storage folder."));
    }
}
