using Microsoft.AspNetCore.Components;
using RIL.Web.Charts;
using RIL.Web.Runs.Ingest;

namespace RIL.Web.Runs.Pages;

/// <summary>All charts of a run; search, axis, smoothing and zoom are in the address.</summary>
public sealed partial class ChartsTab
{
    private IReadOnlyList<ChartRun> _runs = [];
    private IReadOnlyList<string> _metrics = [];
    private HashSet<string> _known = [];
    private ChartSettings _settings = new();
    private string? _read;

    /// <inheritdoc/>
    protected override RunPageChange Shows => RunPageChange.Values | RunPageChange.Run;

    [Inject]
    private RunMetrics Metrics { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        _settings = ChartSettings.Read(Navigation.Uri);
        if (_read != View.Run.Id) await Read();
    }

    /// <inheritdoc/>
    protected override async Task OnChanged(RunPageChange change)
    {
        // Points reach the charts by themselves; only a metric that was never seen changes what is on the page.
        if ((change & RunPageChange.Run) != 0 || View.Latest.Keys.Any(k => !_known.Contains(k))) await Read();
    }

    private async Task Read()
    {
        _read = View.Run.Id;
        _runs = [ChartRun.Of(View.Run) with { RilStart = StageHistory.RilStart(View.Run) }];
        _metrics = await Metrics.Names(View.Run.Id);
        _known = [.. _metrics, .. View.Latest.Keys];
    }

    private void Change(ChartSettings settings)
    {
        // Known at once: what is changed next, before the address has followed, changes these.
        _settings = settings;
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(settings.Query()), replace: true);
    }
}
