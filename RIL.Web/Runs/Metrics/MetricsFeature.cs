using RIL.Web.Runs.Ingest;

namespace RIL.Web.Runs.Metrics;

/// <summary>Metrics of runs: from the run folders into tables, and out of them for charts and scripts.</summary>
public static class MetricsFeature
{
    /// <summary>Registers ingestion and store.</summary>
    public static void AddMetrics(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<EventIngest>();
        builder.Services.AddSingleton<RunImport>();
        builder.Services.AddSingleton<MetricStore>();
    }

    /// <summary>Maps endpoints.</summary>
    public static void MapMetrics(this WebApplication app) => MetricEndpoints.Map(app);
}
