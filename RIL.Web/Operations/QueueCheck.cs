using Microsoft.Extensions.Diagnostics.HealthChecks;
using RIL.Web.Runs.Jobs;

namespace RIL.Web.Operations;

/// <summary>Whether somebody looks at the queue of runs.</summary>
internal sealed class QueueCheck(RunScheduler scheduler, TimeProvider clock) : IHealthCheck
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (scheduler.LastLook == default) return Task.FromResult(HealthCheckResult.Healthy("The site has just started."));
        TimeSpan since = clock.GetUtcNow() - scheduler.LastLook;
        return Task.FromResult(since < Longest
            ? HealthCheckResult.Healthy("Waiting runs are looked at every few seconds.")
            : HealthCheckResult.Unhealthy($"Nobody has looked at waiting runs for {since.TotalMinutes:0} minutes; restart the site, runs go on from where they are."));
    }
}
