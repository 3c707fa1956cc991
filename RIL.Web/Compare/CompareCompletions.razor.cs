using Microsoft.AspNetCore.Components;
using RIL.Training;
using RIL.Web.Controls;
using RIL.Web.Runs.Completions;
using RIL.Web.Runs.Pages;

namespace RIL.Web.Compare;

/// <summary>
/// The completions of the runs at one step of their RIL stage: runs with one seed and data set ask the same questions there, however long they warmed up. Step, order and page are in the address.
/// </summary>
public sealed partial class CompareCompletions
{
    private const int PerPage = 10;

    private IReadOnlyList<ComparedRun>? _read;
    private IReadOnlyList<HashSet<long>> _kept = [];
    private IReadOnlyList<long> _starts = [];
    private IReadOnlyList<IReadOnlyList<string>> _teachers = [];
    private IReadOnlyList<long> _steps = [];
    private IReadOnlyList<ComparedQuestion> _questions = [];
    private IReadOnlyList<string> _problems = [];
    private (IReadOnlyList<ComparedRun> Runs, long Step, bool Apart)? _shown;
    private int _at, _page;
    private bool _apart;

    /// <summary>The runs.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<ComparedRun> Runs { get; set; } = [];

    [Inject]
    private CompletionReader Reader { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    private string Summary
    {
        get
        {
            int shared = _questions.Count(q => q.Runs == Runs.Count);
            string asked = $"{Say.Count(_questions.Count)} questions at step {Say.Count(_steps[_at])}{(_starts.Any(s => s > 0) ? " of RIL" : "")}, {Say.Count(shared)} of them asked by {(Runs.Count == 2 ? "both" : "all")} runs.";
            return shared == 0 && Runs.Count > 1 ? asked + " Runs with another seed, data set or batch size ask other questions at the same step." : asked;
        }
    }

    /// <summary>Looks which steps have come; what is looked at stays.</summary>
    public Task Grow() => InvokeAsync(async () =>
    {
        long? here = _steps.Count == 0 ? null : _steps[_at];
        await ReadSteps();
        if (here is null) await OnParametersSetAsync();
        else await Show(here);
        StateHasChanged();
    });

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        var query = new AddressQuery(Navigation);
        _apart = query["order"] == "apart";
        if (!ReferenceEquals(_read, Runs))
        {
            _read = Runs;
            await ReadSteps();
        }
        if (_steps.Count == 0) return;
        await Show(query.Whole("step"));
        _page = Math.Clamp((int)(query.Whole("page") ?? 1) - 1, 0, Math.Max(0, (_questions.Count - 1) / PerPage));
    }

    private async Task ReadSteps()
    {
        var kept = new List<HashSet<long>>();
        // Where it is not known of one when its RIL stage began, the runs' own steps must do.
        _starts = [.. Runs.Select(r => Runs.All(o => o.Chart.RilStart is not null) ? r.Chart.RilStart!.Value : 0)];
        for (int i = 0; i < Runs.Count; i++) kept.Add([.. (await Reader.Steps(Runs[i].Run.Id)).Select(s => s.Step - _starts[i])]);
        _kept = kept;
        _teachers = [.. Runs.Select(r => (IReadOnlyList<string>)(r.Config is null ? [] : [.. r.Config.Teachers.Select(t => t.Name)]))];
        _steps = [.. kept.SelectMany(k => k).Distinct().Order()];
    }

    // Without a step asked for, the newest one that most of the runs have.
    private async Task Show(long? asked)
    {
        long wanted = asked ?? _steps.MaxBy(s => (_kept.Count(k => k.Contains(s)), s));
        _at = Math.Max(0, _steps.ToList().FindLastIndex(s => s <= wanted));
        long step = _steps[_at];
        if (_shown == (Runs, step, _apart)) return;
        _shown = (Runs, step, _apart);
        var groups = new List<IReadOnlyList<CompletionGroup>>();
        var problems = new List<string>();
        for (int i = 0; i < Runs.Count; i++) groups.Add(_kept[i].Contains(step) ? await Read(Runs[i], step + _starts[i], problems) : []);
        _questions = QuestionTable.Of(groups, _apart);
        _problems = problems;
    }

    private async Task<IReadOnlyList<CompletionGroup>> Read(ComparedRun run, long step, List<string> problems)
    {
        try
        {
            if (await Reader.Read(run.Run, step) is { } groups) return groups;
            problems.Add($"{run.Run.Name}: the file of step {Say.Count(step)} is not in the run folder any more; look at another step.");
        }
        catch (InputException e)
        {
            problems.Add($"{run.Run.Name}: {e.Message}");
        }
        return [];
    }

    private void Go(int at) => To(("step", _steps[at]), ("page", null));

    private void Turn(int page) => To(("page", page == 0 ? null : page + 1));

    private void To(params (string Key, object? Value)[] changes) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(changes.ToDictionary(c => c.Key, c => c.Value)), replace: true);
}
