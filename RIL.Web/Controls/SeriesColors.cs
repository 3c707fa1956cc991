namespace RIL.Web.Controls;

/// <summary>
/// Eight colours that people with any colour vision can tell apart, then the same with dashes: each two of them are at least 12 apart (CIEDE2000) also for who lacks one kind of cone, and all have
/// a contrast of 3 or more against a chart's ground. That is enough for lines and marks, not for text: no text is in these colours.
/// </summary>
public static class SeriesColors
{
    /// <summary>Colours in all.</summary>
    public const int Count = 8;

    /// <summary>The CSS variable of a colour; its value depends on the theme.</summary>
    public static string Css(int index) => $"var(--series-{Slot(index)})";

    /// <summary>The slot of a colour, 0 to 7.</summary>
    public static int Slot(int index) => ((index % Count) + Count) % Count;

    /// <summary>How often the colours have been used up before this index: 0 solid, 1 dashed, 2 dotted.</summary>
    public static int Dash(int index) => Math.Max(0, index) / Count % 3;
}
