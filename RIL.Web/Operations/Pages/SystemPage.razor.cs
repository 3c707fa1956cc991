using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Data.Sqlite;
using RIL.Web.Accounts;

namespace RIL.Web.Operations.Pages;

/// <summary>How the site is, what it holds, and what an administrator may change about it.</summary>
public sealed partial class SystemPage
{
    // What takes longer comes when it is there; until then the page shows where it will be.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan StorageAge = TimeSpan.FromMinutes(5);
    private const int TrashEveryTicks = 5;

    private SystemView? _now;
    private StorageReading? _storage;
    private IReadOnlyList<TrashView>? _trash;
    private string? _problem;
    private bool _administrator, _member, _loading, _disposed;
    private int _ticks;

    [Inject]
    private SystemOverview Overview { get; set; } = default!;

    [Inject]
    private StorageUse Use { get; set; } = default!;

    [Inject]
    private MachineReadings Machine { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    [Inject]
    private IAuthorizationService Authorization { get; set; } = default!;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        Machine.Changed -= Tick;
        Use.Changed -= Measured;
    }

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        ClaimsPrincipal person = (await Authentication).User;
        _administrator = (await Authorization.AuthorizeAsync(person, Policies.Administrator)).Succeeded;
        _member = (await Authorization.AuthorizeAsync(person, Policies.Member)).Succeeded;
        _storage = Use.Last;
        _ = Use.Refresh();
        await Task.WhenAny(LoadAll(), Task.Delay(Patience));
    }

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        if (!firstRender || _disposed) return;
        Machine.Changed += Tick;
        Use.Changed += Measured;
    }

    private void Tick() => _ = InvokeAsync(async () =>
    {
        if (_disposed) return;
        await (++_ticks % TrashEveryTicks == 0 ? LoadAll() : Load());
        if (_storage is { } storage && Clock.GetUtcNow() - storage.ReadAt > StorageAge) _ = Use.Refresh();
        StateHasChanged();
    });

    private void Measured() => _ = InvokeAsync(async () =>
    {
        if (_disposed) return;
        _storage = Use.Last;
        await LoadAll();
    });

    private Task LoadAll() => Load(withTrash: true);

    private Task Load() => Load(withTrash: false);

    private async Task Load(bool withTrash)
    {
        if (_loading && !withTrash) return;
        _loading = true;
        try
        {
            if (withTrash) _trash = await Overview.Trash();
            _now = await Overview.Look();
            _problem = null;
        }
        catch (SqliteException e)
        {
            _problem = $"The database does not answer ({e.Message.TrimEnd('.')}). What is shown is from before; it is tried again by itself.";
        }
        finally
        {
            _loading = false;
        }
        if (!_disposed) StateHasChanged();
    }
}
