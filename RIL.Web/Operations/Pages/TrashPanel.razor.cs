using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Data.Sqlite;
using MudBlazor;
using RIL.Web.Accounts;
using RIL.Web.Controls;
using RIL.Web.Runs;

namespace RIL.Web.Operations.Pages;

/// <summary>The trash: what lies in it, what becomes of it, and what was freed.</summary>
public sealed partial class TrashPanel
{
    private static readonly int[] DaysOffered = [0, 7, 30, 90, 365];
    private PurgeResult? _result;
    private bool _busy;
    private int _shown = ShowMore.Page;

    /// <summary>Runs in the trash; null while they are being read.</summary>
    [Parameter]
    public IReadOnlyList<TrashView>? Trash { get; set; }

    /// <summary>After how many days it empties itself; 0 = never.</summary>
    [Parameter]
    public int? Days { get; set; }

    /// <summary>Whether the person may restore: who may delete may.</summary>
    [Parameter]
    public bool MayRestore { get; set; }

    /// <summary>Whether the person may remove for good.</summary>
    [Parameter]
    public bool MayChange { get; set; }

    /// <summary>Called after a change.</summary>
    [Parameter]
    public EventCallback Changed { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    private Trash Bin { get; set; } = default!;

    [Inject]
    private RunService Runs { get; set; } = default!;

    [Inject]
    private StorageUse Use { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    private static int[] Choices(int days) => [.. DaysOffered.Append(days).Distinct().Order()];

    private static string After(int days) => days switch { 0 => "never", 1 => "after 1 day", _ => $"after {days} days" };

    private static string Weight(IReadOnlyList<TrashView> all) =>
        $"{Count(all.Count)}{(all.All(r => r.Bytes is not null) ? $", {Say.Bytes(all.Sum(r => r.Bytes!.Value))} of files" : "")}";

    private static string Count(int runs) => runs == 1 ? "1 run" : $"{Say.Count(runs)} runs";

    private static string Sentence(PurgeResult result) => result.Runs == 0
        ? "Nothing was removed."
        : $"{Count(result.Runs)} removed for good: {Say.Bytes(result.Bytes)} of files and {Say.Count(result.Rows)} rows of the database. The storage folder had {Say.Bytes(result.BytesBefore)} before and has {Say.Bytes(result.BytesAfter)} now; the database gives the bytes of its rows back when it is compacted.";

    private async Task ChangeDays(ChangeEventArgs e)
    {
        int days = int.Parse((string)e.Value!, CultureInfo.InvariantCulture);
        await Bin.ChangeDays(days);
        if (days > 0) Snackbar.Add($"Runs that have been in the trash for more than {(days == 1 ? "a day" : $"{days} days")} are removed for good, the first of them within the hour.", Severity.Warning);
        await Changed.InvokeAsync();
    }

    private async Task Restore(TrashView run)
    {
        RunOutcome? outcome = await Runs.Act(run.RunId, RunAction.Restore, Caller.Of((await Authentication).User));
        Snackbar.Add(outcome is { Run: not null } ? $"'{run.Name}' is back." : outcome?.Refusal ?? $"'{run.Name}' does not exist any more.", outcome is { Run: not null } ? Severity.Normal : Severity.Warning);
        await Use.Refresh(now: true);
        await Changed.InvokeAsync();
    }

    private async Task Purge(TrashView? run)
    {
        string[]? ids = run is null ? null : [run.RunId];
        _busy = true;
        try
        {
            TrashWeight weight = await Bin.Weigh(ids);
            string what = run is null ? $"{Count(weight.Runs)} in the trash" : $"'{run.Name}'";
            bool? yes = await Dialogs.ShowMessageBoxAsync(
                run is null ? "Empty the trash?" : "Remove the run for good?",
                $"{what} with {Say.Bytes(weight.Bytes)} of checkpoints, completions and logs and {Say.Count(weight.Values)} values of metrics {(run is null && weight.Runs != 1 ? "are" : "is")} removed. This cannot be undone.",
                yesText: "Remove for good", cancelText: "Keep");
            if (yes != true) return;
            _result = await Bin.Purge(ids);
        }
        catch (SqliteException e)
        {
            Snackbar.Add($"The database did not take the change ({e.Message.TrimEnd('.')}); what was not removed is still in the trash, try again.", Severity.Error);
        }
        finally
        {
            _busy = false;
        }
        await Changed.InvokeAsync();
    }
}
