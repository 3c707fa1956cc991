namespace RIL.Web.Models;

/// <summary>Students: all that is registered, and all that is answered.</summary>
public static class ModelsFeature
{
    /// <summary>Registers services.</summary>
    public static void AddModels(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ModelInspector>();
        builder.Services.AddSingleton<ModelService>();
    }

    /// <summary>Maps endpoints.</summary>
    public static void MapModels(this WebApplication app) => ModelEndpoints.Map(app);
}
