using System.Globalization;
using System.Web;

namespace RIL.Web.Charts;

/// <summary>How charts of a page are drawn; kept in the page's address.</summary>
/// <param name="X">Horizontal axis: step, step of the RIL stage, time or tokens.</param>
/// <param name="Smoothing">Share of the past in the moving average, 0 (off) to 0.99.</param>
/// <param name="Log">Whether the vertical axis is logarithmic.</param>
/// <param name="Find">Text that metrics' names or titles must contain.</param>
/// <param name="Zoom">Range of the horizontal axis that is shown; null = all.</param>
/// <param name="Hidden">Lines that are not drawn, as <see cref="Hide"/> writes them.</param>
/// <param name="Turned">Sections that are open or closed against the rule, as <see cref="Turn"/> writes them.</param>
public sealed record ChartSettings(string X = ChartSettings.Step, double Smoothing = 0, bool Log = false, string Find = "", ChartZoom? Zoom = null, string Hidden = "", string Turned = "")
{
    /// <summary>The horizontal axis of steps.</summary>
    public const string Step = "step";

    /// <summary>The horizontal axis of steps of the RIL stage: runs that warmed up for different numbers of steps lie over each other.</summary>
    public const string RilStep = "ril";

    /// <summary>The horizontal axis of time since the run's start.</summary>
    public const string Time = "time";

    /// <summary>The horizontal axis of tokens.</summary>
    public const string Tokens = "tokens";

    /// <summary>The settings that an address holds: <c>x</c>, <c>smooth</c>, <c>log</c>, <c>find</c>, <c>zoom</c>, <c>hide</c>, <c>turn</c>; what it does not hold, or what makes no sense, is the default.</summary>
    /// <param name="address">The page's address.</param>
    /// <param name="usual">The page's default axis.</param>
    public static ChartSettings Read(string address, string usual = Step)
    {
        var query = HttpUtility.ParseQueryString(Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) ? uri.Query : "");
        return new ChartSettings(
            query["x"] is Step or RilStep or Time or Tokens ? query["x"]! : usual,
            Number(query["smooth"]) is { } share ? Math.Clamp(share, 0, 0.99) : 0,
            query["log"] == "1",
            query["find"] ?? "",
            query["zoom"]?.Split('~') is [{ } from, { } to] && Number(from) is { } low && Number(to) is { } high && low < high ? new ChartZoom(low, high) : null,
            query["hide"] ?? "",
            query["turn"] ?? "");
    }

    /// <summary>What <see cref="Read"/> reads, for <c>NavigationManager.GetUriWithQueryParameters</c>; defaults are left out of the address.</summary>
    /// <param name="usual">The page's default axis.</param>
    public IReadOnlyDictionary<string, object?> Query(string usual = Step) => new Dictionary<string, object?>
    {
        ["x"] = X == usual ? null : X,
        ["smooth"] = Smoothing == 0 ? null : Smoothing.ToString("0.##", CultureInfo.InvariantCulture),
        ["log"] = Log ? "1" : null,
        ["find"] = Find.Length == 0 ? null : Find,
        ["zoom"] = Zoom is null ? null : string.Create(CultureInfo.InvariantCulture, $"{Zoom.From:0.######}~{Zoom.To:0.######}"),
        ["hide"] = Hidden.Length == 0 ? null : Hidden,
        ["turn"] = Turned.Length == 0 ? null : Turned,
    };

    /// <summary>The numbers of the lines of a chart that are not drawn.</summary>
    public IReadOnlyList<int> HiddenOf(string chart) =>
        Parts(Hidden).Where(p => p.StartsWith(Uri.EscapeDataString(chart) + "!", StringComparison.Ordinal))
            .SelectMany(p => p[(p.IndexOf('!', StringComparison.Ordinal) + 1)..].Split('.')).Select(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1).Where(n => n >= 0).ToArray();

    /// <summary>The same settings with only these lines of a chart not drawn.</summary>
    public ChartSettings Hide(string chart, IEnumerable<int> lines)
    {
        string name = Uri.EscapeDataString(chart) + "!", numbers = string.Join('.', lines.Order());
        return this with { Hidden = string.Join('*', Parts(Hidden).Where(p => !p.StartsWith(name, StringComparison.Ordinal)).Concat(numbers.Length > 0 ? [name + numbers] : [])) };
    }

    /// <summary>Whether a section is open or closed against the rule.</summary>
    public bool IsTurned(string section) => Parts(Turned).Contains(Uri.EscapeDataString(section));

    /// <summary>The same settings with a section opened that was closed, or closed that was open.</summary>
    public ChartSettings Turn(string section)
    {
        string name = Uri.EscapeDataString(section);
        return this with { Turned = string.Join('*', IsTurned(section) ? Parts(Turned).Where(p => p != name) : [.. Parts(Turned), name]) };
    }

    private static string[] Parts(string text) => text.Split('*', StringSplitOptions.RemoveEmptyEntries);

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;
}

/// <summary>A range of the horizontal axis.</summary>
/// <param name="From">Its start.</param>
/// <param name="To">Its end.</param>
public sealed record ChartZoom(double From, double To);
