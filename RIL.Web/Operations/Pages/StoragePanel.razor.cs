using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;
using RIL.Web.Accounts;
using RIL.Web.Controls;
using RIL.Web.Runs;

namespace RIL.Web.Operations.Pages;

/// <summary>Storage by kind and by run; what lies in the trash has a list of its own.</summary>
public sealed partial class StoragePanel
{
    private const int MostInFull = 12;
    private StorageReading? _shown;
    private bool _busy;

    /// <summary>What was measured; null while that is being done for the first time.</summary>
    [Parameter]
    public StorageReading? Storage { get; set; }

    /// <summary>Bytes free on the disk, where known.</summary>
    [Parameter]
    public long? DiskFree { get; set; }

    /// <summary>Whether the person may move runs to the trash here.</summary>
    [Parameter]
    public bool MayChange { get; set; }

    /// <summary>Called after a change.</summary>
    [Parameter]
    public EventCallback Changed { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    private StorageUse Use { get; set; } = default!;

    [Inject]
    private RunService Runs { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    private List<RunStorage> Kept { get; set; } = [];

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (ReferenceEquals(_shown, Storage)) return;
        _shown = Storage;
        Kept = [.. Storage?.Runs.Where(r => r.State != RunState.Deleted) ?? []];
    }

    private async Task Measure()
    {
        _busy = true;
        try
        {
            await Use.Refresh(now: true);
        }
        finally
        {
            _busy = false;
        }
    }

    private async Task Delete(RunStorage run)
    {
        Caller caller = Caller.Of((await Authentication).User);
        RunOutcome? outcome = await Runs.Act(run.Id, RunAction.Delete, caller);
        if (outcome is null or { Refusal: not null })
        {
            Snackbar.Add(outcome?.Refusal ?? $"'{run.Name}' does not exist any more.", Severity.Warning);
        }
        else
        {
            Snackbar.Add($"'{run.Name}' is in the trash; its {Say.Bytes(run.Bytes)} are freed when it is removed there for good.", Severity.Normal, options =>
            {
                options.Action = "Undo";
                options.ActionColor = Color.Primary;
                options.VisibleStateDuration = 12_000;
                options.OnClick = async _ =>
                {
                    RunOutcome? back = await Runs.Act(run.Id, RunAction.Restore, caller);
                    if (back is null or { Refusal: not null }) Snackbar.Add(back?.Refusal ?? $"'{run.Name}' does not exist any more.", Severity.Warning);
                    await Measure();
                };
            });
        }
        await Measure();
        await Changed.InvokeAsync();
    }
}
