using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace RIL.Web.Charts;

/// <summary>All charts of one or several runs, with the bar that sets how they are drawn. The page keeps the settings in its address.</summary>
public sealed partial class ChartGrid
{
    private readonly Dictionary<string, int> _shown = [];
    private readonly Dictionary<string, IReadOnlyList<ChartSeries>> _lines = [];
    private IReadOnlyList<ChartSection> _sections = [];
    private (IReadOnlyList<string> Metrics, string Find)? _sorted;
    private IReadOnlyList<ChartRun>? _drawn;

    /// <summary>The runs, each a line in every chart.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<ChartRun> Runs { get; set; } = [];

    /// <summary>Names of the metrics of all of them.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<string> Metrics { get; set; } = [];

    /// <summary>Axis, smoothing, search, zoom.</summary>
    [Parameter] public ChartSettings Settings { get; set; } = new();

    /// <summary>Somebody changed them.</summary>
    [Parameter] public EventCallback<ChartSettings> SettingsChanged { get; set; }

    /// <summary>Height of a plot in pixels.</summary>
    [Parameter] public int Height { get; set; } = 200;

    /// <summary>Whether the bar says if what one sees is live; not where the page says it already.</summary>
    [Parameter] public bool Badge { get; set; } = true;

    /// <summary>Charts of one group share zoom, smoothing and cursor.</summary>
    [Parameter] public string Group { get; set; } = "page";

    private string Smoothing => Settings.Smoothing.ToString("0.##", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (_drawn is null || !_drawn.SequenceEqual(Runs))
        {
            _drawn = Runs;
            _lines.Clear();
        }
        if (_sorted is { } sorted && sorted.Find == Settings.Find && sorted.Metrics.SequenceEqual(Metrics)) return;
        _sorted = (Metrics, Settings.Find);
        _sections = ChartSection.Of(Metrics, Settings.Find);
    }

    private IReadOnlyList<ChartSeries> Lines(string metric)
    {
        if (!_lines.TryGetValue(metric, out IReadOnlyList<ChartSeries>? lines)) _lines[metric] = lines = [.. Runs.Select(r => r.Line(metric))];
        return lines;
    }

    // What one searches for is open; otherwise all but the machine's own, and but the sections of a prefix with a great many.
    private bool IsOpen(ChartSection section) =>
        (Settings.Find.Length > 0 || (section.Title is not (MetricGuide.Speed or MetricGuide.Machine) && section.Metrics.Count <= 200)) != Settings.IsTurned(section.Title);

    private Task Turn(ChartSection section) => Change(Settings.Turn(section.Title));

    private int Shown(ChartSection section) => _shown.GetValueOrDefault(section.Title, ChartSection.Page);

    private void More(ChartSection section) => _shown[section.Title] = Shown(section) + ChartSection.Page;

    private Task Find(string? text) => Change(Settings with { Find = text ?? "" });

    private Task Smooth(ChangeEventArgs e) =>
        Change(Settings with { Smoothing = double.Parse((string)e.Value!, CultureInfo.InvariantCulture) });

    private Task Change(ChartSettings settings)
    {
        Settings = settings;
        OnParametersSet();
        return SettingsChanged.InvokeAsync(settings);
    }
}
