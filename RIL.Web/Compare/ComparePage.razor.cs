using System.Globalization;
using Microsoft.AspNetCore.Components;
using RIL.Web.Charts;
using RIL.Web.Runs.Live;
using RIL.Web.Runs.Query;

namespace RIL.Web.Compare;

/// <summary>Two to ten runs side by side; which, which part of it and how it is drawn are in the address.</summary>
public sealed partial class ComparePage : IDisposable
{
    private static readonly IReadOnlyList<(string, string)> Tabs = [("charts", "Charts"), ("settings", "Settings"), ("metrics", "Results and metrics"), ("completions", "Completions")];

    private readonly Dictionary<string, RunProgress> _now = new(StringComparer.Ordinal);
    private IReadOnlyList<ComparedRun> _runs = [];
    private IReadOnlyList<ChartRun> _lines = [];
    private IReadOnlyList<string> _names = [], _problems = [];
    private MetricTable _metrics = new([], []);
    private ChartSettings _settings = new();
    private CompareCompletions? _completions;
    private IDisposable? _feed;
    private string? _read;
    private string _axis = ChartSettings.Step;
    private bool _loaded;

    /// <summary>Identifiers of the runs, by commas.</summary>
    [SupplyParameterFromQuery]
    public string? Runs { get; set; }

    /// <summary>What is compared.</summary>
    [SupplyParameterFromQuery]
    public string? Tab { get; set; }

    [Inject]
    private CompareReader Reader { get; set; } = default!;

    [Inject]
    private RunFinder Finder { get; set; } = default!;

    [Inject]
    private RunFeed Feed { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    private string Current => Tabs.Any(t => t.Item1 == Tab) ? Tab! : "charts";

    /// <inheritdoc/>
    public void Dispose() => _feed?.Dispose();

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        _settings = ChartSettings.Read(Navigation.Uri, _axis);
        if (_read == (Runs ?? "")) return;
        _read = Runs ?? "";
        CompareChoice choice = CompareChoice.Read(Runs);
        _feed?.Dispose();
        // First the ear, then the look: what happens in between is heard.
        _feed = Feed.Subscribe(update => choice.Ids.Contains(update.RunId) ? update : null, updates => InvokeAsync(() => Take(updates)));
        _now.Clear();
        await Load(choice.Ids);
        if (_read != (Runs ?? "")) return;
        // Runs that warmed up for different numbers of steps would lie beside each other, not over each other.
        _axis = _lines.Select(l => l.RilStart).Distinct().Count() > 1 && _lines.All(l => l.RilStart is not null) ? ChartSettings.RilStep : ChartSettings.Step;
        _settings = ChartSettings.Read(Navigation.Uri, _axis);
        _problems = [.. Problems(choice)];
        _loaded = true;
    }

    private async Task Load(IReadOnlyList<string> ids)
    {
        IReadOnlyList<ComparedRun> runs = await Reader.Runs(ids);
        string[] found = [.. runs.Select(r => r.Run.Id)];
        var metrics = new MetricTable(found, await Reader.Metrics(found));
        // Other runs may have been asked for meanwhile.
        if (!CompareChoice.Read(Runs).Ids.SequenceEqual(ids)) return;
        (_runs, _metrics) = (runs, metrics);
        _lines = [.. _runs.Select(r => r.Chart)];
        _names = [.. _metrics.Names];
    }

    private IEnumerable<string> Problems(CompareChoice choice)
    {
        string[] gone = [.. choice.Unreadable, .. choice.Ids.Where(id => _runs.All(r => r.Run.Id != id))];
        if (gone.Length > 0) yield return $"There is no run {string.Join(", ", gone)}: it may have been purged from the trash, or the address is incomplete.";
        if (choice.LeftOut > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"The address names {CompareChoice.Most + choice.LeftOut} runs; at most {CompareChoice.Most} fit side by side, so the last {choice.LeftOut} are left out.");
    }

    private async Task Take(IReadOnlyList<RunUpdate> updates)
    {
        bool draw = false, reload = false, steps = false;
        foreach (RunUpdate update in updates)
        {
            RunProgress before = _runs.FirstOrDefault(r => r.Run.Id == update.RunId) is { } run ? Now(run) : update.Progress;
            // A run that has ended has its closing table, a new stage its place on the axis; one that went back, or that was too fast to follow, has other values than were heard.
            reload |= before.State != update.Progress.State || before.Stage != update.Progress.Stage || update.RewoundTo is not null || update.Gap != RunHistories.None;
            steps |= update.CompletionSteps.Count > 0;
            _now[update.RunId] = update.Progress;
            _metrics.Apply(update.RunId, update.Values);
        }
        if (reload) await Load(CompareChoice.Read(Runs).Ids);
        if (_names.Count != _metrics.Names.Count) (_names, draw) = ([.. _metrics.Names], true);
        if (steps && Current == "completions" && _completions is not null) await _completions.Grow();
        // Charts draw their points by themselves; drawing all of them again for nothing costs more than it shows.
        if (draw || reload || Current == "metrics") StateHasChanged();
    }

    private RunProgress Now(ComparedRun run) => _now.GetValueOrDefault(run.Run.Id) ?? RunProgress.Of(run.Run);

    private Task<IEnumerable<FoundRun>> Search(string? text, CancellationToken cancel) =>
        Task.FromResult(Finder.Find(text, 12 + _runs.Count).Where(f => _runs.All(r => r.Run.Id != f.Id)));

    private void Add(FoundRun? run)
    {
        if (run is not null) Show([.. _runs.Select(r => r.Run.Id), run.Id]);
    }

    private void Remove(string id) => Show([.. _runs.Select(r => r.Run.Id).Where(r => r != id)]);

    private void Show(IReadOnlyList<string> ids) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("runs", ids.Count == 0 ? null : string.Join(',', ids)));

    private void Change(ChartSettings settings)
    {
        // The next change may come before the address has come back.
        _settings = settings;
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(settings.Query(_axis)), replace: true);
    }
}
