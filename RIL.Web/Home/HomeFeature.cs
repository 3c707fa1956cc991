namespace RIL.Web.Home;

/// <summary>The first page: what trains, what waits, what came out, what needs somebody.</summary>
public static class HomeFeature
{
    /// <summary>Registers services.</summary>
    public static void AddHome(this WebApplicationBuilder builder) => builder.Services.AddSingleton<HomeReader>();
}
