using Microsoft.AspNetCore.Components;
using RIL.Web.Runs.Live;

namespace RIL.Web.Runs.Pages;

/// <summary>The page of a run: it loads the record, listens to the feed and hands both to its parts.</summary>
public sealed partial class RunPage : IDisposable
{
    private IDisposable? _subscription;
    private RunView? _view;
    private bool _missing;
    private string? _loaded;

    /// <summary>The run's identifier.</summary>
    [Parameter]
    public string Id { get; set; } = "";

    /// <summary>The part that is shown.</summary>
    [SupplyParameterFromQuery]
    public string? Tab { get; set; }

    [Inject]
    private RunService Runs { get; set; } = default!;

    [Inject]
    private RunFeed Feed { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    private string Current => RunTabs.All.Any(t => t.Key == Tab) ? Tab! : "overview";

    /// <inheritdoc/>
    public void Dispose() => _subscription?.Dispose();

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_loaded == Id) return;
        string id = _loaded = Id;
        (_view, _missing) = (null, false);
        _subscription?.Dispose();
        // First the ear, then the look: what happens in between is heard.
        _subscription = Feed.Subscribe(id, update => InvokeAsync(() => Take(update)));
        Run? run = await Runs.Find(id);
        // Somebody may have gone to another run meanwhile.
        if (_loaded != id) return;
        (_view, _missing) = (run is null ? null : new RunView(run), run is null);
    }

    private async Task Take(RunUpdate update)
    {
        if (_view?.Run.Id == update.RunId && _view.Apply(update, Clock.GetUtcNow())) await Reload();
    }

    private async Task Reload()
    {
        if (_view is not { } view || await Runs.Find(view.Run.Id) is not { } run || _view != view) return;
        string name = view.Run.Name;
        view.Reload(run);
        if (name != run.Name) StateHasChanged();
    }
}
