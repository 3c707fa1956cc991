using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web.Virtualization;
using Microsoft.JSInterop;
using RIL.Web.Controls;
using RIL.Web.Runs.Pages;

namespace RIL.Web.Runs.Log;

/// <summary>The log of a run: its sentences from the database, or what its trainer printed.</summary>
public sealed partial class LogTab : IAsyncDisposable
{
    private Virtualize<RunLogLine>? _lines;
    private ElementReference _box;
    private IJSObjectReference? _module, _tail;
    private IList<string> _output = [];
    private LogFilter _filter = new();
    private AddressQuery? _query;
    private (string, bool, LogFilter)? _read;
    private bool _follow = true;
    private int _count;
    private string _said = "";

    /// <inheritdoc/>
    protected override RunPageChange Shows => RunPageChange.Log | RunPageChange.Run;

    [Inject]
    private RunLog Log { get; set; } = default!;

    [Inject]
    private TrainerOutput Output { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IJSRuntime Script { get; set; } = default!;

    private string? Source => _query?["source"];

    private string? Level => _query?["level"];

    private string? Find => _query?["find"];

    private bool FromTrainer => Source == "trainer";

    private bool Filtered => Find is { Length: > 0 } || (Level is not null && !FromTrainer);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        try
        {
            if (_tail is not null) await _tail.InvokeVoidAsync("dispose");
            if (_module is not null) await _module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The page is gone.
        }
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        _query = new AddressQuery(Navigation);
        _filter = new LogFilter(Level, Find);
        if (_read == (View.Run.Id, FromTrainer, _filter)) return;
        _read = (View.Run.Id, FromTrainer, _filter);
        await Refresh();
    }

    /// <inheritdoc/>
    protected override Task OnChanged(RunPageChange change) => Refresh();

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        _module = await Script.InvokeAsync<IJSObjectReference>("import", "./js/run.js");
        _tail = await _module.InvokeAsync<IJSObjectReference>("tail", _box);
    }

    private async Task Refresh()
    {
        if (FromTrainer)
        {
            IReadOnlyList<string> lines = Output.Last(View.Run.Id);
            _output = string.IsNullOrWhiteSpace(Find) ? [.. lines] : [.. lines.Where(l => l.Contains(Find.Trim(), StringComparison.OrdinalIgnoreCase))];
            _count = _output.Count;
        }
        else
        {
            _count = await Log.Count(View.Run.Id, _filter);
            if (_lines is not null) await _lines.RefreshDataAsync();
        }
        _said = _count == 1 ? "1 line" : $"{Say.Count(_count)} lines";
    }

    private async ValueTask<ItemsProviderResult<RunLogLine>> Provide(ItemsProviderRequest request) =>
        new(await Log.Read(View.Run.Id, _filter, request.StartIndex, request.Count), _count);

    private async Task Follow(ChangeEventArgs e)
    {
        _follow = e.Value is true;
        if (_tail is not null) await _tail.InvokeVoidAsync("follow", _follow);
    }

    private void To(string name, object? value) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(name.ToLowerInvariant(), value is "" ? null : $"{value}"), replace: true);
}
