using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;
using RIL.Training;
using RIL.Web.Accounts;
using RIL.Web.Controls;
using RIL.Web.Runs.Checkpoints;

namespace RIL.Web.Runs.List;

/// <summary>Acts on the selected runs, says what became of how many, and offers to take back what can be taken back.</summary>
public sealed partial class BulkBar
{
    private static readonly (RunAction Action, string Word, string Sentence)[] Actions =
    [
        (RunAction.Resume, "Resume", "Queue them again; they go on from their last checkpoints."),
        (RunAction.Stop, "Stop", "They write a checkpoint after this step and end; they can go on later."),
        (RunAction.Archive, "Archive", "Out of sight; nothing is lost."),
        (RunAction.Restore, "Restore", "Back as they were."),
        (RunAction.Delete, "To the trash", "Into the trash; nothing is lost until it is emptied."),
    ];

    private string _tag = "";
    private bool _busy;

    /// <summary>The selected runs and their states.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyDictionary<string, RunState> Runs { get; set; } = new Dictionary<string, RunState>();

    /// <summary>Which runs are to be selected from now on.</summary>
    [Parameter]
    public EventCallback<IReadOnlyCollection<string>> Select { get; set; }

    /// <summary>Runs were changed.</summary>
    [Parameter]
    public EventCallback Done { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    private RunService Service { get; set; } = default!;

    [Inject]
    private CheckpointService Checkpoints { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    private int Able(RunAction action) => Runs.Values.Count(state => RunTransitions.Of(state, action).Next is not null);

    private Task Act(RunAction action) => Busy(async () =>
    {
        string[] ids = [.. Runs.Keys];
        var before = ids.ToDictionary(id => id, id => action == RunAction.Delete ? Checkpoints.List(id) : []);
        (List<string> done, List<string> refused, string others) = await Ask(ids, action);
        string weight = Weight([.. done.SelectMany(id => before[id])]);
        Tell(action, done, Joined(done.Count == 0 ? "" : Sentence(action, done.Count, weight), others), refused.Count > 0 || done.Count == 0);
        // Those that did not want stay selected.
        await Select.InvokeAsync(refused);
    });

    private async Task<(List<string> Done, List<string> Refused, string Others)> Ask(IReadOnlyCollection<string> ids, RunAction action)
    {
        Caller caller = Caller.Of((await Authentication).User);
        List<string> done = [], refused = [];
        string why = "";
        int gone = 0;
        foreach (string id in ids)
        {
            RunOutcome? outcome = await Service.Act(id, action, caller);
            if (outcome is null)
            {
                gone++;
            }
            else if (outcome.Refusal is { } refusal)
            {
                refused.Add(id);
                if (why.Length == 0) why = refusal;
            }
            else
            {
                done.Add(id);
            }
        }
        return (done, refused, Joined(refused.Count == 0 ? "" : $"{Count(refused.Count)} not: {why}", Gone(gone)));
    }

    private Task Tag(bool add) => Busy(async () =>
    {
        string tag = _tag.Trim();
        if (tag.Length == 0) return;
        int changed = 0, gone = 0;
        List<string> refused = [];
        foreach (string id in Runs.Keys)
        {
            if (await Service.Find(id) is not { } run)
            {
                gone++;
                continue;
            }
            string[] same = [.. run.Tags.Select(t => t.Tag).Where(t => t.Equals(tag, StringComparison.OrdinalIgnoreCase))];
            if (same.Length > 0 == add) continue;
            try
            {
                await Service.Retag(id, add ? [tag] : [], same);
                changed++;
            }
            catch (InputException e)
            {
                refused.Add(e.Message);
            }
        }
        string others = Joined(refused.Count == 0 ? "" : $"{Count(refused.Count)} not: {refused[0]}", Gone(gone));
        string sentence = changed == 0 && refused.Count > 0 ? "" : changed == 0 ? $"{(add ? "Every selected run has" : "No selected run has")} tag '{tag}'." : $"Tag '{tag}' {(add ? "added to" : "taken from")} {Count(changed)}.";
        Snackbar.Add(Joined(sentence, others), refused.Count > 0 ? Severity.Warning : Severity.Normal);
        _tag = "";
    });

    private async Task Busy(Func<Task> work)
    {
        if (_busy) return;
        _busy = true;
        try
        {
            await work();
        }
        finally
        {
            _busy = false;
        }
        await Done.InvokeAsync();
    }

    private void Tell(RunAction action, List<string> done, string sentence, bool warn) =>
        Snackbar.Add(sentence, warn ? Severity.Warning : Severity.Normal, options =>
        {
            if (done.Count == 0 || action is not (RunAction.Archive or RunAction.Delete)) return;
            options.Action = "Undo";
            options.ActionColor = Color.Primary;
            options.VisibleStateDuration = 12_000;
            options.OnClick = async message =>
            {
                (List<string> back, _, string others) = await Ask(done, RunAction.Restore);
                if (others.Length > 0) Snackbar.Add(Joined(back.Count == 0 ? "" : Sentence(RunAction.Restore, back.Count, ""), others), Severity.Warning);
                await Done.InvokeAsync();
            };
        });

    private static string Sentence(RunAction action, int runs, string weight) => action switch
    {
        RunAction.Resume => $"{Count(runs)} {Are(runs)} in the queue again.",
        RunAction.Stop => $"{Count(runs)} {(runs == 1 ? "ends" : "end")} after this step.",
        RunAction.Archive => $"{Count(runs)} {Are(runs)} archived.",
        RunAction.Restore => $"{Count(runs)} {Are(runs)} back.",
        _ => $"{Count(runs)} {Are(runs)} in the trash{weight}, until that is emptied.",
    };

    // In numbers, what emptying the trash would take.
    private static string Weight(IReadOnlyList<CheckpointInfo> checkpoints) =>
        checkpoints.Count == 0 ? "" : $" with {(checkpoints.Count == 1 ? "1 checkpoint" : $"{checkpoints.Count} checkpoints")} ({Say.Bytes(checkpoints.Sum(c => c.Bytes))})";

    private static string Joined(params string[] sentences) => string.Join(' ', sentences.Where(s => s.Length > 0));

    private static string Gone(int runs) => runs == 0 ? "" : $"{Count(runs)} {(runs == 1 ? "does" : "do")} not exist any more.";

    private static string Count(int runs) => runs == 1 ? "1 run" : $"{Say.Count(runs)} runs";

    private static string Are(int runs) => runs == 1 ? "is" : "are";
}
