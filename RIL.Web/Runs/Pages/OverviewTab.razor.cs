using Microsoft.AspNetCore.Components;
using RIL.Web.Charts;

namespace RIL.Web.Runs.Pages;

/// <summary>The overview of a run; zoom and axis of its charts are in the address.</summary>
public sealed partial class OverviewTab
{
    private IReadOnlyList<OverviewChart> _charts = [];
    private ChartSettings _settings = new();
    private (string, string, string)? _drawn;
    private string? _ordered;
    private bool _warmsUp;

    /// <inheritdoc/>
    protected override RunPageChange Shows => RunPageChange.Run;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync()
    {
        _settings = ChartSettings.Read(Navigation.Uri);
        return OnChanged(RunPageChange.Run);
    }

    /// <inheritdoc/>
    protected override Task OnChanged(RunPageChange change)
    {
        // The same lines stay the same objects: a chart that is looked at is not built again.
        if (_drawn == (View.Run.Id, View.Run.Name, View.Run.Config)) return Task.CompletedTask;
        _drawn = (View.Run.Id, View.Run.Name, View.Run.Config);
        // Decided when the page is opened: nothing changes its place under somebody's eyes.
        if (_ordered != View.Run.Id) (_ordered, _warmsUp) = (View.Run.Id, RunTransitions.IsActive(View.Now.State) && View.Now.Stage is null or "sft");
        _charts = RunDocuments.Config(View.Run) is { } config ? OverviewCharts.Of(ChartRun.Of(View.Run), config, _warmsUp) : [];
        return Task.CompletedTask;
    }

    private void Change(ChartSettings settings)
    {
        // Known at once: what is changed next, before the address has followed, changes these.
        _settings = settings;
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(settings.Query()), replace: true);
    }
}
