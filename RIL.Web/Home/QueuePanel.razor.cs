using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
using MudBlazor;
using RIL.Training;
using RIL.Web.Controls;
using RIL.Web.Runs.Jobs;

namespace RIL.Web.Home;

/// <summary>The queue and its order.</summary>
public sealed partial class QueuePanel : IAsyncDisposable
{
    private const int Page = 20;

    private readonly Dictionary<string, ElementReference> _handles = [];
    private PageScript? _script;
    private ElementReference? _focus;
    private (string Id, bool Focus)? _moved;
    private string? _dragged, _over;
    private string _said = "";
    private int _most = Page, _refusals;

    /// <summary>Runs that wait, in order.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<WaitingRun> Waiting { get; set; } = [];

    /// <summary>Whether the person may change the order.</summary>
    [Parameter]
    public bool MaySteer { get; set; }

    /// <summary>The order was changed here.</summary>
    [Parameter]
    public EventCallback Changed { get; set; }

    [Inject]
    private QueueService Queue { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    [Inject]
    private IJSRuntime Script { get; set; } = default!;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_script is not null) await _script.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (_moved is not var (id, focus)) return;
        _moved = null;
        int place = Waiting.ToList().FindIndex(w => w.Id == id);
        if (place < 0) return;
        _said = $"{Waiting[place].Name} is at place {place + 1} of {Waiting.Count}.";
        if (focus && _handles.TryGetValue(id, out ElementReference handle)) _focus = handle;
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender && MaySteer)
        {
            _script = new PageScript(Script, "./js/home.js");
            await _script.Hold("queueKeys");
        }
        if (_focus is not { } handle) return;
        _focus = null;
        // A row that changes places is taken out and put in again, and the focus is lost on the way.
        await PageScript.Focus(handle, preventScroll: true);
    }

    private Task Key(KeyboardEventArgs e, string id) => e.Key switch
    {
        "ArrowUp" => Move(id, -1),
        "ArrowDown" => Move(id, 1),
        "Home" => Move(id, -Waiting.Count),
        "End" => Move(id, Waiting.Count),
        _ => Task.CompletedTask,
    };

    private Task Move(string id, int places)
    {
        if (!QueueMove.By(Waiting, id, places, out string? before)) return Task.CompletedTask;
        return Change(id, () => Queue.Move(id, before), focus: true);
    }

    private Task Drop(string target)
    {
        string? dragged = _dragged;
        Forget();
        return dragged is not null && QueueMove.Onto(Waiting, dragged, target, out string? before) ? Change(dragged, () => Queue.Move(dragged, before), focus: false) : Task.CompletedTask;
    }

    private void Forget() => _dragged = _over = null;

    private Task Prioritise(string id, object? value) =>
        int.TryParse($"{value}", CultureInfo.InvariantCulture, out int priority) ? Change(id, () => Queue.SetPriority(id, priority), focus: false) : Task.CompletedTask;

    private async Task Change(string id, Func<Task> change, bool focus)
    {
        if (!MaySteer) return;
        try
        {
            await change();
        }
        catch (InputException e)
        {
            Snackbar.Add(e.Message, Severity.Warning);
            // What was chosen and refused would stay on display: the browser has changed it, and the page knows of no change.
            _refusals++;
        }
        // The new order comes back as a parameter.
        _moved = (id, focus);
        await Changed.InvokeAsync();
    }

    private string RowClass(string id) => "queue-row" + (id == _dragged ? " dragged" : "") + (id == _over && _dragged is not null && id != _dragged ? " over" : "");
}
