using Microsoft.AspNetCore.Components;
using RIL.Training;
using RIL.Training.Configuration;
using RIL.Web.Controls;
using RIL.Web.Runs.Pages;

namespace RIL.Web.Runs.Completions;

/// <summary>The completions of a run; step, order, kind, search and page are in the address.</summary>
public sealed partial class CompletionsTab
{
    private const int PerPage = 10;

    private static readonly (CompletionOrder, string)[] Orders =
    [
        (CompletionOrder.Kept, "as trained"), (CompletionOrder.Worst, "worst first"), (CompletionOrder.Best, "best first"),
        (CompletionOrder.Judges, "judge against discriminator"), (CompletionOrder.Teachers, "student against teachers"),
    ];

    private IReadOnlyList<KeptStep> _steps = [];
    private IReadOnlyList<long> _numbers = [];
    private IReadOnlyList<CompletionGroup> _groups = [], _shown = [];
    private IReadOnlyList<string> _types = [], _teachers = [];
    private int _at, _page;
    private string? _problem;
    private (string, long)? _read;
    private AddressQuery? _query;

    /// <inheritdoc/>
    protected override RunPageChange Shows => RunPageChange.Completions;

    [Inject]
    private CompletionReader Reader { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    private long? Step => _query?.Whole("step");

    private string? Order => _query?["order"];

    private string? Type => _query?["type"];

    // The charts have a search of their own in the address.
    private string? Find => _query?["words"];

    private CompletionOrder Ordering => Enum.TryParse(Order, ignoreCase: true, out CompletionOrder order) ? order : CompletionOrder.Kept;

    private string NoneYet => RunDocuments.Config(View.Run) is { LogCompletions: false }
        ? "This run does not keep them: log_completions is off. Clone it with log_completions on to read what the student and its teachers answer."
        : "They come with the first step of the RIL stage, every logging_steps.";

    private string Summary
    {
        get
        {
            CompletionOutput[] students = [.. _shown.SelectMany(g => g.Outputs).Where(o => o.IsStudent)];
            int silent = _shown.Count(g => g.NoGradient);
            string right = students.Any(o => o.Judge is not null) ? $"; the student was right in {Say.Percent(students.Where(o => o.Judge is not null).Average(o => o.Judge!.Value))} of its answers" : "";
            string none = silent > 0 ? $"; {silent} without any gradient (all rewards equal)" : "";
            return $"{Say.Count(_shown.Count)} of {Say.Count(_groups.Count)} questions{right}{none}.";
        }
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        _query = new AddressQuery(Navigation);
        if (_steps.Count == 0) await ReadSteps();
        if (_steps.Count == 0) return;
        int asked = Step is { } step ? _steps.ToList().FindLastIndex(s => s.Step <= step) : _read is null ? _steps.Count - 1 : _at;
        _at = Math.Clamp(asked, 0, _steps.Count - 1);
        await Read();
        _page = Math.Clamp((int)(_query.Whole("page") ?? 1) - 1, 0, Math.Max(0, (_shown.Count - 1) / PerPage));
    }

    /// <inheritdoc/>
    protected override async Task OnChanged(RunPageChange change)
    {
        // What is looked at stays; only the slider grows. Where the trainer went back to an earlier step, the one before is shown, or the same one made anew.
        long here = _steps.Count == 0 ? -1 : _steps[_at].Step;
        await ReadSteps();
        if (_steps.Count == 0) return;
        if (here < 0)
        {
            await OnParametersSetAsync();
            return;
        }
        _at = Math.Max(0, _steps.ToList().FindLastIndex(s => s.Step <= here));
        _read = null;
        await Read();
        _page = Math.Clamp(_page, 0, Math.Max(0, (_shown.Count - 1) / PerPage));
    }

    private async Task ReadSteps()
    {
        _steps = await Reader.Steps(View.Run.Id);
        _numbers = [.. _steps.Select(s => s.Step)];
    }

    private async Task Read()
    {
        long step = _steps[_at].Step;
        if (_read != (View.Run.Id, step))
        {
            _problem = null;
            try
            {
                _groups = await Reader.Read(View.Run, step) ?? [];
                if (_groups.Count == 0) _problem = $"The file of step {Say.Count(step)} is not in the run folder any more; look at another step.";
            }
            catch (InputException e)
            {
                _groups = [];
                _problem = e.Message;
            }
            _read = (View.Run.Id, step);
            RunConfig? config = RunDocuments.Config(View.Run);
            _teachers = config is null ? [] : [.. config.Teachers.Select(t => t.Name)];
            _types = [.. _groups.Select(g => g.QuestionType).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        }
        _shown = CompletionRanking.Choose(_groups, Ordering, Type, Find);
    }

    private void Go(int at) => To(("step", _steps[at].Step), ("page", null));

    private void Turn(int page) => To(("page", page == 0 ? null : page + 1));

    private void Set(object? order = null, object? type = null, object? words = null)
    {
        if (order is not null) To(("order", order is "kept" ? null : $"{order}"), ("page", null));
        if (type is not null) To(("type", type is "" ? null : $"{type}"), ("page", null));
        if (words is not null) To(("words", words is "" ? null : $"{words}"), ("page", null));
    }

    private void Clear() => To(("type", null), ("words", null), ("page", null));

    private void To(params (string Key, object? Value)[] changes) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(changes.ToDictionary(c => c.Key, c => c.Value)), replace: true);
}
