using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;
using RIL.Web.Accounts;
using RIL.Web.Controls;
using RIL.Web.Runs.Pages;

namespace RIL.Web.Runs.Checkpoints;

/// <summary>The checkpoints of a run.</summary>
public sealed partial class CheckpointsTab
{
    private readonly HashSet<string> _open = [];
    private readonly Dictionary<string, CheckpointInfo> _hashed = [];
    private IReadOnlyList<CheckpointInfo> _checkpoints = [];
    private Caller? _caller;

    /// <inheritdoc/>
    protected override RunPageChange Shows => RunPageChange.Checkpoints | RunPageChange.Run;

    [CascadingParameter]
    private Task<AuthenticationState>? Authentication { get; set; }

    [Inject]
    private CheckpointService Checkpoints { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    private bool MayChange => _caller is { Role: not UserRole.Viewer };

    private string Rule
    {
        get
        {
            string total = $"{Say.Bytes(_checkpoints.Sum(c => c.Bytes))} in all.";
            string pruned = RunDocuments.Config(View.Run)?.SaveTotalLimit is { } limit ? $"The trainer keeps the newest {limit} and removes older ones (save_total_limit)." : "The trainer removes none of them (save_total_limit is null).";
            return $"{total} {pruned} One that is kept stays whatever the trainer does: its files get a second name under kept/, which takes no space as long as the first is there.";
        }
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        _checkpoints = Checkpoints.List(View.Run.Id);
        if (Authentication is not null && (await Authentication).User is { Identity.IsAuthenticated: true } user) _caller = Caller.Of(user);
    }

    /// <inheritdoc/>
    protected override Task OnChanged(RunPageChange change)
    {
        _checkpoints = Checkpoints.List(View.Run.Id);
        return Task.CompletedTask;
    }

    private async Task Toggle(string name)
    {
        if (_open.Remove(name)) return;
        _open.Add(name);
        if (!_hashed.ContainsKey(name) && await Checkpoints.Hashed(View.Run.Id, name) is { } hashed) _hashed[name] = hashed;
    }

    private async Task Keep(CheckpointInfo checkpoint, bool keep)
    {
        if (!MayChange) return;
        CheckpointOutcome outcome = await Checkpoints.Keep(View.Run, checkpoint.Name, keep, _caller!);
        if (outcome.Refusal is { } refusal) Snackbar.Add(refusal, Severity.Warning);
        _checkpoints = Checkpoints.List(View.Run.Id);
    }

    private async Task Delete(CheckpointInfo checkpoint)
    {
        if (!MayChange) return;
        if (await Checkpoints.RefusalToDelete(View.Run, checkpoint) is { } refused)
        {
            Snackbar.Add(refused, Severity.Warning);
            return;
        }
        string lost = checkpoint.Newest && View.Now.State is RunState.Paused or RunState.Failed or RunState.Cancelled ? " The run then goes on from an older one, or from the start." : "";
        bool? yes = await Dialogs.ShowMessageBoxAsync($"Delete {Title(checkpoint)}?", $"{checkpoint.Files.Count} files, {Say.Bytes(checkpoint.Bytes)}, are removed from the disk for good.{lost}", yesText: "Delete", cancelText: "Keep it");
        if (yes != true) return;
        CheckpointOutcome outcome = await Checkpoints.Delete(View.Run, checkpoint.Name, _caller!);
        Snackbar.Add(outcome.Refusal ?? (outcome.Checkpoint is null ? $"{checkpoint.Name} was gone already." : $"{checkpoint.Name} deleted, {Say.Bytes(checkpoint.Bytes)} freed."), outcome.Refusal is null ? Severity.Normal : Severity.Warning);
        _checkpoints = Checkpoints.List(View.Run.Id);
    }

    private static string Title(CheckpointInfo checkpoint) => checkpoint.Step is { } step ? $"step {Say.Count(step)}" : "trained student";
}
