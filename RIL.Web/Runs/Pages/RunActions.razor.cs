using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;
using RIL.Web.Accounts;
using RIL.Web.Runs.Checkpoints;
using RIL.Web.Controls;

namespace RIL.Web.Runs.Pages;

/// <summary>The buttons of a run according to its state and the person's role.</summary>
public sealed partial class RunActions
{
    private RunActionList? _list;
    private Caller? _caller;
    private bool _busy;

    /// <summary>The run's identifier.</summary>
    [Parameter, EditorRequired]
    public string RunId { get; set; } = "";

    /// <summary>Its name, for messages.</summary>
    [Parameter, EditorRequired]
    public string Name { get; set; } = "";

    /// <summary>Its state.</summary>
    [Parameter, EditorRequired]
    public RunState State { get; set; }

    /// <summary>Icons alone, for tables.</summary>
    [Parameter]
    public bool Compact { get; set; }

    /// <summary>Called when an action was done.</summary>
    [Parameter]
    public EventCallback Changed { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState>? Authentication { get; set; }

    [Inject]
    private RunService Runs { get; set; } = default!;

    [Inject]
    private CheckpointService Checkpoints { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_caller is null && Authentication is not null && (await Authentication).User is { Identity.IsAuthenticated: true } user) _caller = Caller.Of(user);
        _list = RunActionList.Of(State, _caller?.Role ?? UserRole.Viewer);
    }

    private async Task Do(RunAction action)
    {
        // Whoever only looks has no buttons.
        if (_caller is null or { Role: UserRole.Viewer }) return;
        if (action == RunAction.Clone)
        {
            Navigation.NavigateTo($"runs/new?clone={RunId}");
            return;
        }
        _busy = true;
        try
        {
            RunOutcome? outcome = await Runs.Act(RunId, action, _caller);
            if (outcome is null) Snackbar.Add($"{Name} does not exist any more.", Severity.Error);
            else if (outcome.Refusal is { } refusal) Snackbar.Add($"{RunActionList.Word(action, State)} was not possible: {refusal}", Severity.Warning);
            else if (action is RunAction.Archive or RunAction.Delete) OfferUndo(action);
        }
        finally
        {
            _busy = false;
        }
        await Changed.InvokeAsync();
    }

    private void OfferUndo(RunAction action)
    {
        Caller caller = _caller!;
        string id = RunId, name = Name;
        Snackbar.Add(action == RunAction.Delete ? $"{name} is in the trash{Weight(id)}; it is kept until the trash is emptied." : $"{name} is archived.", Severity.Normal, options =>
        {
            options.Action = "Undo";
            options.ActionColor = Color.Primary;
            options.VisibleStateDuration = 12_000;
            options.OnClick = async _ =>
            {
                RunOutcome? undone = await Runs.Act(id, RunAction.Restore, caller);
                if (undone is null) Snackbar.Add($"{name} does not exist any more.", Severity.Error);
                else if (undone.Refusal is { } refusal) Snackbar.Add($"Undo was not possible: {refusal}", Severity.Warning);
                await Changed.InvokeAsync();
            };
        });
    }

    // In numbers, what emptying the trash would take.
    private string Weight(string id)
    {
        IReadOnlyList<CheckpointInfo> checkpoints = Checkpoints.List(id);
        if (checkpoints.Count == 0) return "";
        return $" with {(checkpoints.Count == 1 ? "1 checkpoint" : $"{checkpoints.Count} checkpoints")} ({Say.Bytes(checkpoints.Sum(c => c.Bytes))})";
    }
}
