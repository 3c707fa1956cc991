using Microsoft.AspNetCore.Components;

namespace RIL.Web.Charts;

/// <summary>What a chart tells the page: the range that somebody zoomed to; nothing = the whole.</summary>
public sealed class ChartZoomEventArgs : EventArgs
{
    /// <summary>Start of the range.</summary>
    public double? From { get; set; }

    /// <summary>End of the range.</summary>
    public double? To { get; set; }

    /// <summary>The range; null = the whole.</summary>
    public ChartZoom? Zoom => From is { } from && To is { } to ? new ChartZoom(from, to) : null;
}

/// <summary>What a chart tells the page: the numbers of the lines that somebody has hidden.</summary>
public sealed class ChartLinesEventArgs : EventArgs
{
    /// <summary>The numbers.</summary>
    public IReadOnlyList<int> Hidden { get; set; } = [];
}

/// <summary>Events of our elements, as Razor knows them.</summary>
[EventHandler("onchartzoom", typeof(ChartZoomEventArgs), enableStopPropagation: true, enablePreventDefault: false)]
[EventHandler("onchartlines", typeof(ChartLinesEventArgs), enableStopPropagation: true, enablePreventDefault: false)]
public static class EventHandlers;
