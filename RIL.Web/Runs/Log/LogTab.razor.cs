using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web.Virtualization;
using Microsoft.JSInterop;
using RIL.Web.Controls;
using RIL.Web.Runs.Pages;

namespace RIL.Web.Runs.Log;

/// <summary>The log of a run: its sentences from the database, or what its trainer printed.</summary>
public sealed partial class LogTab : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private Virtualize<RunLogLine>? _lines;
    private ElementReference _box;
    private PageScript? _script;
    private PageScriptHandle? _tail;
    private ITimer? _look;
    private IList<string> _output = [];
    private LogFilter _filter = new();
    private AddressQuery? _query;
    private (string, bool, LogFilter)? _read;
    private bool _cut;
    private int _count;
    private long _bytes;
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
    private TimeProvider Clock { get; set; } = default!;

    [Inject]
    private IJSRuntime Script { get; set; } = default!;

    private string? Source => _query?["source"];

    private string? Level => _query?["level"];

    // The charts have a search of their own in the address.
    private string? Find => _query?["text"];

    private bool Following => _query?["follow"] != "off";

    private bool FromTrainer => Source == "trainer";

    private bool Filtered => Find is { Length: > 0 } || (Level is not null && !FromTrainer);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        if (_look is not null) await _look.DisposeAsync();
        if (_script is not null) await _script.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        bool followed = Following;
        _query = new AddressQuery(Navigation);
        if (_tail is not null && followed != Following) await _tail.Call("follow", Following);
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
        // What a trainer prints is no event; whether there is more of it is looked for.
        _look = Clock.CreateTimer(_ => _ = InvokeAsync(Look), null, Pause, Pause);
        _script = new PageScript(Script, "./js/run.js");
        _tail = await _script.Hold("tail", _box);
        if (_tail is not null && !Following) await _tail.Call("follow", false);
    }

    private async Task Look()
    {
        if (!FromTrainer || Output.Length(View.Run.Id) == _bytes) return;
        await Refresh();
        StateHasChanged();
    }

    private async Task Refresh()
    {
        if (FromTrainer)
        {
            (IReadOnlyList<string> lines, _bytes, _cut) = Output.Last(View.Run.Id);
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

    private void Clear() => Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { ["level"] = null, ["text"] = null }), replace: true);

    private void To(string name, object? value) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(name, value is "" ? null : $"{value}"), replace: true);
}
