using System.Globalization;
using System.Web;

namespace RIL.Web.Charts;

/// <summary>How charts of a page are drawn; kept in the page's address.</summary>
/// <param name="X">Horizontal axis: step, step of the RIL stage, time or tokens.</param>
/// <param name="Smoothing">Share of the past in the moving average, 0 (off) to 0.99.</param>
/// <param name="Log">Whether the vertical axis is logarithmic.</param>
/// <param name="Find">Text that metrics' names or titles must contain.</param>
/// <param name="Zoom">Range of the horizontal axis that is shown; null = all.</param>
public sealed record ChartSettings(string X = ChartSettings.Step, double Smoothing = 0, bool Log = false, string Find = "", ChartZoom? Zoom = null)
{
    /// <summary>The horizontal axis of steps.</summary>
    public const string Step = "step";

    /// <summary>The horizontal axis of steps of the RIL stage: runs that warmed up for different numbers of steps lie over each other.</summary>
    public const string RilStep = "ril";

    /// <summary>The horizontal axis of time since the run's start.</summary>
    public const string Time = "time";

    /// <summary>The horizontal axis of tokens.</summary>
    public const string Tokens = "tokens";

    /// <summary>The settings that an address holds: <c>x</c>, <c>smooth</c>, <c>log</c>, <c>find</c>, <c>zoom</c>; what it does not hold, or what makes no sense, is the default.</summary>
    public static ChartSettings Read(string address)
    {
        var query = HttpUtility.ParseQueryString(Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) ? uri.Query : "");
        return new ChartSettings(
            query["x"] is RilStep or Time or Tokens ? query["x"]! : Step,
            Number(query["smooth"]) is { } share ? Math.Clamp(share, 0, 0.99) : 0,
            query["log"] == "1",
            query["find"] ?? "",
            query["zoom"]?.Split('~') is [{ } from, { } to] && Number(from) is { } low && Number(to) is { } high && low < high ? new ChartZoom(low, high) : null);
    }

    /// <summary>What <see cref="Read"/> reads, for <c>NavigationManager.GetUriWithQueryParameters</c>; defaults are left out of the address.</summary>
    public IReadOnlyDictionary<string, object?> Query() => new Dictionary<string, object?>
    {
        ["x"] = X == Step ? null : X,
        ["smooth"] = Smoothing == 0 ? null : Smoothing.ToString("0.##", CultureInfo.InvariantCulture),
        ["log"] = Log ? "1" : null,
        ["find"] = Find.Length == 0 ? null : Find,
        ["zoom"] = Zoom is null ? null : string.Create(CultureInfo.InvariantCulture, $"{Zoom.From:0.######}~{Zoom.To:0.######}"),
    };

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;
}

/// <summary>A range of the horizontal axis.</summary>
/// <param name="From">Its start.</param>
/// <param name="To">Its end.</param>
public sealed record ChartZoom(double From, double To);
