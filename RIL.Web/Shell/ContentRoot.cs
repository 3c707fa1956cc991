namespace RIL.Web.Shell;

/// <summary>Finds <c>appsettings.json</c> and <c>wwwroot</c>: where <c>--contentRoot=</c> says, in the working directory during development, beside the program once it is published.</summary>
internal static class ContentRoot
{
    private const string Option = "--contentRoot=";

    public static WebApplicationOptions Options(string[] args) => new()
    {
        Args = args,
        ApplicationName = typeof(ContentRoot).Assembly.GetName().Name, // also where another program starts the site, as tests do
        ContentRootPath = args.FirstOrDefault(a => a.StartsWith(Option, StringComparison.OrdinalIgnoreCase))?[Option.Length..]
            ?? (Directory.Exists("wwwroot") && File.Exists("appsettings.json") ? Directory.GetCurrentDirectory() : AppContext.BaseDirectory),
    };
}
