namespace RIL.Web.Datasets;

/// <summary>Data sets: all that is registered, and all that is answered.</summary>
public static class DatasetsFeature
{
    /// <summary>Registers services and limits.</summary>
    public static void AddDatasets(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<DatasetOptions>().BindConfiguration(DatasetOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<UploadArea>();
        builder.Services.AddSingleton<DatasetRows>();
        builder.Services.AddSingleton<DatasetService>();
        builder.Services.AddSingleton<DatasetIntake>();
    }

    /// <summary>Maps endpoints.</summary>
    public static void MapDatasets(this WebApplication app) => DatasetEndpoints.Map(app);
}
