using Microsoft.Extensions.Options;

namespace RIL.Web.Runs.Jobs;

/// <summary>
/// Whether the site is going down, and until when its trainers have time. It begins as soon as the site is told to end, not when the last open connection is closed: that may take as long as trainers have for
/// their checkpoints.
/// </summary>
public sealed class SiteShutdown : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly TimeSpan _time;
    private readonly CancellationTokenRegistration _registration;
    private DateTimeOffset? _since;

    /// <summary>Listens to the site's end.</summary>
    public SiteShutdown(IHostApplicationLifetime site, IOptions<JobsOptions> options, TimeProvider clock)
    {
        (_clock, _time, Beginning) = (clock, TimeSpan.FromSeconds(options.Value.ShutdownSeconds), site.ApplicationStopping);
        _registration = Beginning.Register(() => _since = _clock.GetUtcNow());
    }

    /// <summary>Cancelled when it begins.</summary>
    public CancellationToken Beginning { get; }

    /// <summary>Whether it has begun.</summary>
    public bool Began => Beginning.IsCancellationRequested;

    /// <summary>Whether trainers have had their time.</summary>
    public bool IsOver => Began && _clock.GetUtcNow() - (_since ?? _clock.GetUtcNow()) >= _time;

    /// <inheritdoc/>
    public void Dispose() => _registration.Dispose();
}
