using Hangfire;
using Hangfire.InMemory;

namespace RIL.Web.Runs.Jobs;

/// <summary>Runs as jobs of the server.</summary>
public static class JobsFeature
{
    // A job is a run that is followed: it mostly sleeps. As many as there can be slots.
    private const int Followers = 64;

    /// <summary>Registers the job queue and those who work it off.</summary>
    public static void AddJobs(this WebApplicationBuilder builder)
    {
        IServiceCollection services = builder.Services;
        services.AddOptions<JobsOptions>().BindConfiguration(JobsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<QueueService>();
        services.AddSingleton<RunLeases>();
        services.AddSingleton<RunSignals>();
        services.AddSingleton<RunSetbacks>();
        services.AddSingleton<RunEnding>();
        services.AddSingleton<SiteShutdown>();
        services.AddSingleton<RunFollower>();
        services.AddSingleton<RunJob>();
        services.AddSingleton<RunScheduler>();
        services.AddHangfire(hangfire => hangfire.UseInMemoryStorage(new InMemoryStorageOptions { MaxExpirationTime = TimeSpan.FromHours(3) })
            .UseFilter(new AutomaticRetryAttribute { Attempts = 0 })); // the tables say what is to be tried again
        services.AddHangfireServer(server =>
        {
            server.WorkerCount = Followers;
            server.SchedulePollingInterval = TimeSpan.FromMinutes(1);
        });
        // After the job server, so that it is stopped before it.
        services.AddHostedService(provider => provider.GetRequiredService<RunScheduler>());
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(builder.Configuration.GetValue($"{JobsOptions.Section}:{nameof(JobsOptions.ShutdownSeconds)}", 30) + 10));
    }

    /// <summary>The queue over REST.</summary>
    public static void MapJobs(this WebApplication app) => QueueEndpoints.Map(app);
}
