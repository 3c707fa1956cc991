namespace RIL.Web.Compare;

/// <summary>Two to ten runs side by side.</summary>
public static class CompareFeature
{
    /// <summary>Registers services.</summary>
    public static void AddCompare(this WebApplicationBuilder builder) => builder.Services.AddSingleton<CompareReader>();
}
