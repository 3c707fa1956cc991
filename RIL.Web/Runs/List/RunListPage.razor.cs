using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Web.Virtualization;
using MudBlazor;
using RIL.Training;
using RIL.Training.Configuration;
using RIL.Web.Accounts;
using RIL.Web.Controls;
using RIL.Web.Runs.Live;
using RIL.Web.Runs.Query;

namespace RIL.Web.Runs.List;

/// <summary>All runs: filter, order, columns in the address; numbers change in place.</summary>
public sealed partial class RunListPage : IDisposable
{
    private static readonly (string Word, string Filter)[] Quick =
        [("All", ""), ("Running", "state in (starting, running, pausing, stopping)"), ("Queued", "state = queued"), ("Finished", "state = finished"), ("Failed", "state = failed"), ("Mine", "owner = me"), ("Archived", "state = archived"), ("Trash", "state = deleted")];

    private static readonly string[] Examples =
        ["state = finished and metrics.eval/accuracy > 0.8", "metrics.reward.max > 1.5", "config.learning_rate < 1e-5", "tag = baseline", "name ~ quickstart", "created > -7d", "owner = me and not state = failed", "config.seed in (1, 2, 3)"];

    private const string OutOfSight = "state in (archived, deleted)";
    private const int FirstRows = 40, MostChoices = 80;

    private readonly Dictionary<string, RunProgress> _now = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Run, string Metric), double> _values = [];
    private readonly ConcurrentDictionary<string, bool> _edited = new(StringComparer.Ordinal);
    private readonly List<string> _loaded = [];
    private IReadOnlyDictionary<string, RunState> _selected = new Dictionary<string, RunState>();
    private IReadOnlyList<RunRow> _first = [];
    private ListView _view = new("", "", ListView.Usual, []);
    private Virtualize<RunRow>? _rows;
    private IDisposable? _feed;
    private Caller? _caller;
    private string[] _allColumns = [];
    private string _filter = "", _columnSearch = "";
    private string? _problem, _asked;
    private int? _total;
    private int _outOfSight;

    /// <summary>Filter of the address.</summary>
    [SupplyParameterFromQuery(Name = "filter")]
    public string? FilterText { get; set; }

    /// <summary>Order of the address.</summary>
    [SupplyParameterFromQuery(Name = "sort")]
    public string? SortText { get; set; }

    /// <summary>Columns of the address.</summary>
    [SupplyParameterFromQuery(Name = "columns")]
    public string? ColumnsText { get; set; }

    /// <summary>Selected runs of the address.</summary>
    [SupplyParameterFromQuery(Name = "selected")]
    public string? SelectedText { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    private RunQuery Query { get; set; } = default!;

    [Inject]
    private RunFeed Feed { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    /// <inheritdoc/>
    public void Dispose() => _feed?.Dispose();

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        _caller = Caller.Of((await Authentication).User);
        IEnumerable<string> settings = RunConfigSchema.Create()["properties"]!.AsObject().Select(p => "config." + p.Key);
        _allColumns = [.. Query.MetricNames().SelectMany(n => (string[])[$"metrics.{n}", $"metrics.{n}.min", $"metrics.{n}.max"]), .. settings];
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        ListView view = ListView.Of(FilterText, SortText, ColumnsText, SelectedText);
        if (_asked is null || _asked == (SelectedText ?? "")) _asked = null;
        else view = view with { Selected = _view.Selected };
        bool same = _total is not null && view.ShowsTheSame(_view);
        // What is typed and not yet applied outlives everything but another filter.
        if (view.Filter != _view.Filter) _filter = view.Filter;
        _view = view;
        if (same)
        {
            Choose();
            return;
        }
        _values.Clear();
        await Refresh();
    }

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) _feed = Feed.Subscribe(Note, updates => InvokeAsync(() => Heard(updates)));
    }

    private async Task Refresh()
    {
        Count();
        Choose();
        if (_rows is not null) await _rows.RefreshDataAsync();
        StateHasChanged();
    }

    private void Count()
    {
        try
        {
            // The first look is shown before the page has its connection.
            bool first = _total is null;
            RunPage page = first ? Query.Page(_view.Filter, _view.Sort, _view.Columns, 0, FirstRows, _caller?.Name) : Query.Page(_view.Filter, _view.Sort, [], 0, 1, _caller?.Name);
            if (first) _first = page.Rows;
            _total = page.Total;
            _outOfSight = page.Total == 0 && _view.Filter.Length == 0 ? Query.Page(OutOfSight, "", [], 0, 1, _caller?.Name).Total : 0;
            _problem = null;
        }
        catch (InputException e)
        {
            _problem = e.Message;
            _total ??= 0;
        }
    }

    // A run that the filter does not let through is not selected: what is done to the selected ones is done to what stands in the list.
    private void Choose() => _selected = _problem is null ? Query.Among(_view.Selected, _view.Filter, _caller?.Name) : new Dictionary<string, RunState>();

    private ValueTask<ItemsProviderResult<RunRow>> Provide(ItemsProviderRequest request)
    {
        if (_problem is not null) return ValueTask.FromResult(new ItemsProviderResult<RunRow>([], 0));
        RunPage page = Query.Page(_view.Filter, _view.Sort, _view.Columns, request.StartIndex, request.Count, _caller?.Name);
        _total = page.Total;
        _loaded.Clear();
        _loaded.AddRange(page.Rows.Select(r => r.Id));
        if (_first.Count > 0) _ = InvokeAsync(EndFirstRows);
        return ValueTask.FromResult(new ItemsProviderResult<RunRow>(page.Rows, page.Total));
    }

    // After the rows that take their place are drawn.
    private async Task EndFirstRows()
    {
        await Task.Yield();
        _first = [];
        StateHasChanged();
    }

    // News that say nothing of what a trainer did are a person's: a name, tags, an action.
    private RunUpdate Note(RunUpdate update)
    {
        if (update is { Values.Count: 0, Log.Count: 0, CompletionSteps.Count: 0, Checkpoints: false }) _edited[update.RunId] = true;
        return update;
    }

    private async Task Heard(IReadOnlyList<RunUpdate> updates)
    {
        bool again = false;
        foreach (RunUpdate update in updates)
        {
            // Another state may mean another place, or that the filter lets it in or out.
            again |= _edited.TryRemove(update.RunId, out _) | (_now.TryGetValue(update.RunId, out RunProgress? before) ? before.State != update.Progress.State : !_loaded.Contains(update.RunId));
            _now[update.RunId] = update.Progress;
            foreach (LiveValue value in update.Values)
                if (_view.Columns.Contains("metrics." + value.Metric)) _values[(update.RunId, value.Metric)] = value.Value;
        }
        if (again) await Refresh();
        else StateHasChanged();
    }

    private RunProgress Now(RunRow run) => _now.GetValueOrDefault(run.Id) ?? new RunProgress(run.State, run.Reason, run.Stage, run.StageStep, run.StageTotal, run.LeftSeconds, run.Step);

    private static string Progress(RunProgress now)
    {
        string share = now.StageTotal is > 0 and { } total ? $" {Say.Percent((double)now.StageStep / total)}" : "";
        return now.Stage is null ? "" : $"{StageWords.Of(now.Stage)}{share}{(now.LeftSeconds is { } left ? $", {Say.Left(left)}" : "")}";
    }

    private string Value(RunRow run, string column)
    {
        if (column.StartsWith("metrics.", StringComparison.Ordinal) && _values.TryGetValue((run.Id, column["metrics.".Length..]), out double live)) return Number(column, live);
        return run.Values.TryGetValue(column, out object? value) ? value is double number ? Number(column, number) : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "–" : "–";
    }

    private static string Number(string column, double value) => ColumnGuide.IsShare(column) ? Say.Percent(value) : Say.Number(value);

    private RenderFragment Head(string column, string label, bool number = false) => builder =>
    {
        string? direction = _view.Sort == column ? "ascending" : _view.Sort == "-" + column ? "descending" : null;
        builder.OpenElement(0, "th");
        builder.SetKey(column);
        if (number) builder.AddAttribute(1, "class", "num");
        builder.AddAttribute(2, "aria-sort", direction);
        builder.OpenElement(3, "button");
        builder.AddAttribute(4, "type", "button");
        builder.AddAttribute(5, "class", "sort");
        builder.AddAttribute(6, "title", $"{ColumnGuide.Sentence(column)} Click: sort by it.".Trim());
        builder.AddAttribute(7, "onclick", EventCallback.Factory.Create(this, () => Show(_view.SortedBy(column))));
        builder.AddContent(8, label + (direction switch { "ascending" => " ↑", "descending" => " ↓", _ => "" }));
        builder.CloseElement();
        builder.CloseElement();
    };

    private (string[] Choices, int More) Choices()
    {
        string wanted = _columnSearch.Trim();
        string[] fitting = [.. _view.Columns.Concat(_allColumns).Distinct(StringComparer.Ordinal).Where(c => c.Contains(wanted, StringComparison.OrdinalIgnoreCase) || ColumnGuide.Label(c).Contains(wanted, StringComparison.OrdinalIgnoreCase))];
        return ([.. fitting.Take(MostChoices)], Math.Max(0, fitting.Length - MostChoices));
    }

    private void ApplyFilter() => Show(_view with { Filter = _filter.Trim() });

    private void Show(ListView view) => Navigation.NavigateTo(view.Address);

    // Not a step that Back would take back one by one. The next row may be picked before the address has come back.
    private void Select(IReadOnlyCollection<string> ids)
    {
        _view = _view with { Selected = [.. ids.Take(ListView.MostSelected)] };
        _asked = string.Join(',', _view.Selected);
        Choose();
        Navigation.NavigateTo(_view.Address, replace: true);
    }

    private void Pick(string id) => Select(_selected.ContainsKey(id) ? [.. _selected.Keys.Where(k => k != id)] : [.. _selected.Keys, id]);

    private void PickAll(ChangeEventArgs change) => Select(change.Value is true ? [.. _selected.Keys.Union(_loaded)] : []);
}
