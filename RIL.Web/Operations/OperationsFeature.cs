namespace RIL.Web.Operations;

/// <summary>The machine, slots, storage, trash, database, job queue and health: all that is registered, and all that is answered.</summary>
public static class OperationsFeature
{
    /// <summary>Registers services.</summary>
    public static void AddOperations(this WebApplicationBuilder builder)
    {
        // A feature that can break adds a check of its own.
        builder.Services.AddHealthChecks().AddCheck<DatabaseCheck>("database").AddCheck<DiskCheck>("disk").AddCheck<QueueCheck>("queue").AddCheck<TrainerCheck>("trainer");
        builder.Services.AddSingleton<SiteHealth>();
        builder.Services.AddSingleton<SiteSettings>();
        builder.Services.AddSingleton<Slots>();
        builder.Services.AddSingleton<StorageUse>();
        builder.Services.AddSingleton<RunRows>();
        builder.Services.AddSingleton<Trash>();
        builder.Services.AddHostedService<TrashSweep>();
        builder.Services.AddSingleton<DatabaseCare>();
        builder.Services.AddSingleton<SystemOverview>();
        builder.Services.AddSingleton<MachineReadings>();
        builder.Services.AddHostedService(services => services.GetRequiredService<MachineReadings>());
    }

    /// <summary>Maps endpoints.</summary>
    public static void MapOperations(this WebApplication app)
    {
        OperationsEndpoints.Map(app);
        JobQueuePage.Map(app);
    }
}
