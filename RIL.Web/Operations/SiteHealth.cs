using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RIL.Web.Operations;

/// <summary>How one part of the site is.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Healthy">Whether it works.</param>
/// <param name="Sentence">What was seen, and what to do where it does not work.</param>
public sealed record HealthPart(string Name, bool Healthy, string Sentence);

/// <summary>Asks all health checks, at most every few seconds however often it is asked: anybody may.</summary>
public sealed class SiteHealth(HealthCheckService checks, TimeProvider clock, ILogger<SiteHealth> log)
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _asking = new(1, 1);
    private (DateTimeOffset At, IReadOnlyList<HealthPart> Parts)? _last;

    /// <summary>How every part is.</summary>
    public async Task<IReadOnlyList<HealthPart>> Look(CancellationToken cancellation = default)
    {
        await _asking.WaitAsync(cancellation);
        try
        {
            DateTimeOffset now = clock.GetUtcNow();
            if (_last is { } last && now - last.At < Kept) return last.Parts;
            HealthReport report = await checks.CheckHealthAsync(cancellation);
            HealthPart[] parts = [.. report.Entries.Select(e => new HealthPart(e.Key, e.Value.Status == HealthStatus.Healthy, e.Value.Description ?? e.Value.Exception?.Message ?? e.Value.Status.ToString()))];
            // The log hears of a change alone, not of every look.
            foreach (HealthPart part in parts.Where(p => p.Healthy != (_last?.Parts.FirstOrDefault(before => before.Name == p.Name)?.Healthy ?? true)))
            {
                if (part.Healthy) log.LogInformation("Health, {Part}: {Sentence}", part.Name, part.Sentence);
                else log.LogError("Health, {Part}: {Sentence}", part.Name, part.Sentence);
            }
            _last = (now, parts);
            return parts;
        }
        finally
        {
            _asking.Release();
        }
    }
}
