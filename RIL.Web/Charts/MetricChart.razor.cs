using System.Text.Json;
using Microsoft.AspNetCore.Components;

namespace RIL.Web.Charts;

/// <summary>A chart of one or more lines, live while their runs are.</summary>
public sealed partial class MetricChart
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private string _options = "{}", _title = "";

    /// <summary>Heading; null = the title of the only metric.</summary>
    [Parameter] public string? Title { get; set; }

    /// <summary>Its lines.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<ChartSeries> Series { get; set; } = [];

    /// <summary>Height of the plot in pixels.</summary>
    [Parameter] public int Height { get; set; } = 200;

    /// <summary>Axis, smoothing, zoom.</summary>
    [Parameter] public ChartSettings Settings { get; set; } = new();

    /// <summary>Somebody zoomed, asked for the whole again, or hid a line.</summary>
    [Parameter] public EventCallback<ChartSettings> SettingsChanged { get; set; }

    /// <summary>Charts of one group share zoom, smoothing and cursor.</summary>
    [Parameter] public string Group { get; set; } = "page";

    /// <summary>Further CSS classes.</summary>
    [Parameter] public string? Class { get; set; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        MetricInfo[] metrics = [.. Series.Select(s => s.Metric).Distinct().Select(MetricGuide.Of)];
        MetricInfo? only = metrics.Length == 1 ? metrics[0] : null;
        _title = Title ?? only?.Title ?? "";
        _options = JsonSerializer.Serialize(
            new
            {
                Title = _title,
                Name = only?.Name,
                Sentence = only?.Hint ?? string.Join(" ", metrics.Select(m => m.Hint).Where(h => h.Length > 0)),
                Percent = metrics.Length > 0 && metrics.All(m => m.IsShare),
                Height,
                Settings.X,
                Settings.Smoothing,
                Settings.Log,
                Zoom = Settings.Zoom is { } zoom ? new[] { zoom.From, zoom.To } : null,
                Hidden = Settings.HiddenOf(_title),
                Group,
                Series = Series.Select(s => new { Run = s.Run.Id, RunName = s.Run.Name, Start = s.Run.StartedAt?.ToUnixTimeMilliseconds(), s.Run.RilStart, s.Metric, s.Label, s.Color, s.Dash }),
            },
            Json);
    }

    private Task Hide(ChartLinesEventArgs lines) => SettingsChanged.InvokeAsync(Settings.Hide(_title, lines.Hidden));

    private Task Zoomed(ChartZoomEventArgs zoom) => SettingsChanged.InvokeAsync(Settings with { Zoom = zoom.Zoom });
}
