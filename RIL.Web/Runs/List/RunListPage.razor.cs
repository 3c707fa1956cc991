using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Web.Virtualization;
using MudBlazor;
using RIL.Training;
using RIL.Training.Runs;
using RIL.Web.Accounts;
using RIL.Web.Charts;
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

    private const int FirstRows = 40;

    private readonly HashSet<string> _selected = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RunProgress> _now = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Run, string Metric), double> _values = [];
    private readonly List<string> _loaded = [];
    private IReadOnlyList<RunRow> _first = [];
    private ListView _view = new("", "", ListView.Usual);
    private Virtualize<RunRow>? _rows;
    private IDisposable? _feed;
    private Caller? _caller;
    private string[] _allColumns = [];
    private string _filter = "", _columnSearch = "", _tag = "";
    private string? _problem;
    private int? _total;

    /// <summary>Filter of the address.</summary>
    [SupplyParameterFromQuery(Name = "filter")]
    public string? FilterText { get; set; }

    /// <summary>Order of the address.</summary>
    [SupplyParameterFromQuery(Name = "sort")]
    public string? SortText { get; set; }

    /// <summary>Columns of the address.</summary>
    [SupplyParameterFromQuery(Name = "columns")]
    public string? ColumnsText { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    private RunQuery Query { get; set; } = default!;

    [Inject]
    private RunService Runs { get; set; } = default!;

    [Inject]
    private RunFeed Feed { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

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
        ListView view = ListView.Of(FilterText, SortText, ColumnsText);
        bool same = _total is not null && view.Address == _view.Address;
        _view = view;
        _filter = view.Filter;
        if (same) return;
        Count();
        if (_rows is not null) await _rows.RefreshDataAsync();
    }

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) _feed = Feed.Subscribe(null, update => InvokeAsync(() => Heard(update)));
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
            _problem = null;
        }
        catch (InputException e)
        {
            _problem = e.Message;
            _total ??= 0;
        }
    }

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

    private async Task Heard(RunUpdate update)
    {
        bool moved = !_now.TryGetValue(update.RunId, out RunProgress? before) ? !_loaded.Contains(update.RunId) : before.State != update.Progress.State;
        _now[update.RunId] = update.Progress;
        foreach (LiveValue value in update.Values)
            if (_view.Columns.Contains("metrics." + value.Metric)) _values[(update.RunId, value.Metric)] = value.Value;
        // Another state may mean another place, or that the filter lets it in or out.
        if (moved)
        {
            Count();
            if (_rows is not null) await _rows.RefreshDataAsync();
        }
        StateHasChanged();
    }

    private RunProgress Now(RunRow run) => _now.GetValueOrDefault(run.Id) ?? new RunProgress(run.State, run.Reason, run.Stage, run.StageStep, run.StageTotal, run.LeftSeconds, run.Step);

    private static string Progress(RunProgress now)
    {
        string share = now.StageTotal is > 0 and { } total ? $" {100 * now.StageStep / total} %" : "";
        return now.Stage is null ? "" : $"{now.Stage}{share}{(now.LeftSeconds is { } left ? $", {Say.Left(left)}" : "")}";
    }

    private string Value(RunRow run, string column)
    {
        if (column.StartsWith("metrics.", StringComparison.Ordinal) && _values.TryGetValue((run.Id, column["metrics.".Length..]), out double live)) return Number(column, live);
        return run.Values.TryGetValue(column, out object? value) ? value is double number ? Number(column, number) : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "–" : "–";
    }

    private static string Number(string column, double value) =>
        column.StartsWith("metrics.", StringComparison.Ordinal) && MetricGuide.Of(RunColumns.Metric(column["metrics.".Length..]).Metric).IsShare ? Say.Percent(value) : Say.Number(value);

    private static string Label(string column)
    {
        if (!column.StartsWith("metrics.", StringComparison.Ordinal)) return column[(column.IndexOf('.', StringComparison.Ordinal) + 1)..];
        (string which, string metric) = RunColumns.Metric(column["metrics.".Length..]);
        return MetricGuide.Of(metric).Title + which switch { "Min" => ", smallest", "Max" => ", largest", _ => "" };
    }

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
        builder.AddAttribute(6, "title", $"{column}: sort");
        builder.AddAttribute(7, "onclick", EventCallback.Factory.Create(this, () => Show(_view.SortedBy(column))));
        builder.AddContent(8, label + (direction switch { "ascending" => " ↑", "descending" => " ↓", _ => "" }));
        builder.CloseElement();
        builder.CloseElement();
    };

    private IEnumerable<string> Choices() =>
        _view.Columns.Concat(_allColumns).Distinct(StringComparer.Ordinal).Where(c => c.Contains(_columnSearch.Trim(), StringComparison.OrdinalIgnoreCase)).Take(80);

    private void ApplyFilter() => Show(_view with { Filter = _filter.Trim() });

    private void Show(ListView view) => Navigation.NavigateTo(view.Address);

    private void Pick(string id)
    {
        if (!_selected.Remove(id)) _selected.Add(id);
    }

    private void PickAll(ChangeEventArgs change)
    {
        if (change.Value is true) _selected.UnionWith(_loaded);
        else _selected.Clear();
    }

    private async Task TagAll()
    {
        foreach (string id in _selected)
            await Runs.Retag(id, [_tag], []);
        Snackbar.Add($"Tag '{_tag.Trim()}' added to {_selected.Count} runs.", Severity.Success);
        _tag = "";
        if (_rows is not null) await _rows.RefreshDataAsync();
    }

    private async Task ActAll(RunAction action)
    {
        var refused = new List<string>();
        int done = 0;
        foreach (string id in _selected.ToArray())
        {
            RunOutcome? outcome = await Runs.Act(id, action, _caller!);
            if (outcome?.Refusal is { } why) refused.Add(why);
            else done++;
        }
        string word = action.ToString().ToLowerInvariant();
        Snackbar.Add(refused.Count == 0 ? $"{word}: {done} runs." : $"{word}: {done} runs; {refused.Count} not: {refused[0]}", refused.Count == 0 ? Severity.Success : Severity.Warning);
        _selected.Clear();
        Count();
        if (_rows is not null) await _rows.RefreshDataAsync();
    }
}
