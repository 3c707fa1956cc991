using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using RIL.Web.Accounts;
using RIL.Web.Runs;
using RIL.Web.Runs.Live;

namespace RIL.Web.Home;

/// <summary>Home: the cards draw themselves; the page is drawn again only when runs come, go or change places.</summary>
public sealed partial class HomePage
{
    private const int MostCards = 12;

    private readonly HomeBoard _board = new();
    private IDisposable? _news;
    private bool _maySteer, _disposed;
    private string _said = "";

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    private HomeReader Reader { get; set; } = default!;

    [Inject]
    private RunFeed Feed { get; set; } = default!;

    [Inject]
    private RunQueue Bell { get; set; } = default!;

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _news?.Dispose();
        Bell.Rung -= Rung;
    }

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        _maySteer = Caller.Of((await Authentication).User).Role != UserRole.Viewer;
        // First the ear, then the look: what happens in between is heard.
        if (RendererInfo.IsInteractive)
        {
            _news = Feed.Subscribe(HomeBoard.Choose, updates => InvokeAsync(() => Heard(updates)));
            Bell.Rung += Rung;
        }
        await Load();
    }

    private async Task Heard(IReadOnlyList<RunUpdate> updates)
    {
        if (_disposed || _board.Reading is null) return;
        bool again = false;
        foreach (RunUpdate update in updates)
        {
            if (_board.Live.FirstOrDefault(l => l.Id == update.RunId) is { } run && run.Now.State != update.Progress.State) _said = $"{run.Name} is {update.Progress.State.ToString().ToLowerInvariant()}.";
            again |= _board.Apply(update);
        }
        if (again) await Reload();
    }

    // For no run in particular: the number of slots has changed, and with it what runs wait for.
    private void Rung(string runId)
    {
        if (runId.Length == 0 && !_disposed) _ = InvokeAsync(Reload);
    }

    private async Task Reload()
    {
        if (_disposed) return;
        await Load();
        StateHasChanged();
    }

    private async Task Load() => await _board.Take(await Reader.Read(), Reader.Live);

    private static string Used(HomeReading now) => now.Working.Count == 0 && now.Runs == 0 ? "" : $"{now.Working.Count} of {now.Slots} {(now.Slots == 1 ? "slot" : "slots")} used";
}
