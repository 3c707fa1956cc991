using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RIL.Web.Operations;

/// <summary>Whether the trainer lies beside the site.</summary>
internal sealed class TrainerCheck : IHealthCheck
{
    private static readonly string[] Needed = ["RIL.Training.dll", "RIL.Training.runtimeconfig.json", "RIL.Training.deps.json"];

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        string[] missing = [.. Needed.Where(f => !File.Exists(Path.Combine(AppContext.BaseDirectory, f)))];
        return Task.FromResult(missing.Length == 0
            ? HealthCheckResult.Healthy("The trainer lies beside the site.")
            : HealthCheckResult.Unhealthy($"{string.Join(", ", missing)} {(missing.Length == 1 ? "is" : "are")} missing beside the site, so no run can start; publish the site anew and copy the whole folder."));
    }
}
