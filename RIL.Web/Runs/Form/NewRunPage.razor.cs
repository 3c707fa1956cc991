using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.JSInterop;
using MudBlazor;
using RIL.Training;
using RIL.Training.Configuration;
using RIL.Web.Accounts;
using RIL.Web.Datasets;
using RIL.Web.Models;
using RIL.Web.Teachers;

namespace RIL.Web.Runs.Form;

/// <summary>A new run, a variation of another one, or a draft that is gone on with.</summary>
public sealed partial class NewRunPage : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Presets = new(StringComparer.Ordinal)
    {
        ["quickstart"] = "The embedded example: a small student and two teachers, minutes on two cores. Replaces student, data and teachers.",
        ["ril"] = "RIL as published: similarity and answer rewards, teachers' answers in the group.",
        ["grpo"] = "GRPO: the judge's reward alone, divided by the group's deviation.",
        ["dr_grpo"] = "Dr.GRPO: the judge's reward alone, not divided.",
        ["sft"] = "Supervised fine-tuning on the data set's answers, nothing else.",
        ["imitation"] = "Supervised fine-tuning on the teachers' right answers, nothing else.",
        ["similarity_only"] = "RIL without the judge: only sounding like the teachers counts.",
        ["frozen_discriminator"] = "RIL whose discriminator stays as it was pre-trained.",
    };

    // A slider tells of every place it passes.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly HashSet<string> _opened = new(StringComparer.Ordinal);
    private RunForm _form = new(_ => []);
    private IReadOnlyList<ModelView> _models = [];
    private IReadOnlyList<DatasetView> _datasets = [];
    private IReadOnlyList<TeacherView> _teachers = [];
    private Run? _parent;
    private RunEstimate? _estimate;
    private Caller? _caller;
    private IJSObjectReference? _script;
    private string _name = "", _tags = "", _notes = "";
    private string? _refusal, _missing, _loaded, _begun;
    private bool _busy, _restored, _disposed;
    private int _changes;

    /// <summary>The run to make a variation of.</summary>
    [SupplyParameterFromQuery(Name = "clone")]
    public string? CloneId { get; set; }

    /// <summary>The draft to go on with.</summary>
    [SupplyParameterFromQuery(Name = "draft")]
    public string? DraftId { get; set; }

    /// <summary>The preset to begin with; quickstart where nothing is said.</summary>
    [SupplyParameterFromQuery(Name = "preset")]
    public string? Preset { get; set; }

    /// <summary>The student to begin with.</summary>
    [SupplyParameterFromQuery(Name = "student")]
    public string? Student { get; set; }

    /// <summary>The training questions to begin with.</summary>
    [SupplyParameterFromQuery(Name = "dataset")]
    public string? Dataset { get; set; }

    /// <summary>The teacher to begin with.</summary>
    [SupplyParameterFromQuery(Name = "teacher")]
    public string? Teacher { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    private RunService Runs { get; set; } = default!;

    [Inject]
    private RunConfigs Configs { get; set; } = default!;

    [Inject]
    private RunEstimator Estimator { get; set; } = default!;

    [Inject]
    private ModelService Models { get; set; } = default!;

    [Inject]
    private DatasetService Datasets { get; set; } = default!;

    [Inject]
    private TeacherService Teachers { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    [Inject]
    private IJSRuntime Script { get; set; } = default!;

    private string Place => $"new-run:{CloneId ?? DraftId ?? string.Join(' ', new[] { Preset, Student, Dataset, Teacher }.OfType<string>())}";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        try
        {
            if (_script is not null) await _script.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The page is gone.
        }
    }

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        _caller = Caller.Of((await Authentication).User);
        (_models, _datasets, _teachers) = (await Models.List(), await Datasets.List(), await Teachers.List());
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_loaded == Place) return;
        _loaded = Place;
        await Begin();
        await TakeUp();
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        _script = await Script.InvokeAsync<IJSObjectReference>("import", "./js/new-run.js");
        await TakeUp();
    }

    // What was typed at this place before; the browser can be asked once the page has its connection.
    private async Task TakeUp()
    {
        if (_script is null || _begun != Place) return;
        if (Kept.Read(await _script.InvokeAsync<string?>("kept", Place)) is not { } kept) return;
        _form.TakeUp(kept.Form);
        (_name, _tags, _notes) = (kept.Name, kept.Tags, kept.Notes);
        _restored = true;
        OpenWhatIsWrong();
        _estimate = await Estimator.Of(_form.Config);
        StateHasChanged();
    }

    private async Task Begin()
    {
        (_form, _parent, _missing, _refusal, _restored) = (new RunForm(Configs.Problems), null, null, null, false);
        (_name, _tags, _notes) = ("", "", "");
        _opened.Clear();
        await BeginWith();
        OpenWhatIsWrong();
        _estimate = await Estimator.Of(_form.Config);
        _begun = Place;
    }

    private async Task BeginWith()
    {
        if ((CloneId ?? DraftId) is { } id)
        {
            if (await Runs.Find(id) is not { } source) _missing = $"There is no run '{id}'; this begins with the quickstart preset instead.";
            else if (DraftId is not null && source.State != RunState.Draft) _missing = "This is no draft any more, and what a run trained with stays as it was; clone it instead.";
            else
            {
                JsonObject settings = JsonNode.Parse(source.Config)!.AsObject();
                _form.Load(settings);
                if (_form.YamlProblem is not null) _missing = $"Some settings of '{source.Name}' are of another version and cannot be read any more. The fields have the others; all of them stand in the YAML, to be put right or discarded.";
                _notes = source.Notes ?? "";
                if (CloneId is not null)
                {
                    _parent = source;
                    _form.CompareWith(settings);
                    _name = RunText.CopyOf(source.Name);
                }
                else
                {
                    _name = source.Name;
                }
                _tags = string.Join(", ", source.Tags.Select(t => t.Tag).Order(StringComparer.OrdinalIgnoreCase));
                return;
            }
        }
        string preset = Preset is { } wished && RunPresets.Names.Contains(wished) ? wished : "quickstart";
        _form.Load(RunPresets.Get("quickstart").Values);
        if (preset != "quickstart") _form.Apply(preset);
        TakeWishes();
    }

    // Somebody comes from the page of a student, a data set or a teacher, and wants to train with it.
    private void TakeWishes()
    {
        ModelView? student = _models.FirstOrDefault(m => m.Reference == Student);
        DatasetView? questions = _datasets.FirstOrDefault(d => d.Reference == Dataset);
        TeacherView? teacher = _teachers.FirstOrDefault(t => t.Reference == Teacher);
        (string? Wish, object? Found)[] wishes = [(Student, student), (Dataset, questions), (Teacher, teacher)];
        string[] gone = [.. wishes.Where(w => w is (not null, null)).Select(w => $"'{w.Wish}'")];
        if (gone.Length > 0) _missing = $"{string.Join(" and ", gone)} cannot be chosen any more; the preset's is chosen instead.";
        if (student is not null) _form.Put("student", student.Reference);
        if (questions is not null) _form.Put("dataset", questions.Reference);
        bool own = questions is { BuiltIn: false };
        // What else the preset asks is about the example's pictures, and so are its teachers.
        if (own) foreach (string key in (string[])["sft_dataset", "eval_dataset", "validation_dataset"]) _form.Put(key, null);
        if (teacher is null && !own) return;
        _form.PutTeachers([]);
        foreach (TeacherView t in _teachers.Where(t => teacher is null ? t.Dataset == questions!.Reference : t == teacher)) _form.AddTeacher(t.Name, t.Reference, t.Checkpoint);
    }

    private static string Anchor(string group) => "group-" + group.Split(' ')[0].ToLowerInvariant().TrimEnd(',');

    private static IReadOnlyList<RunField> Fields(string group, bool basic) => [.. RunField.All.Where(f => f.Group == group && f.Basic == basic)];

    private static string Short(string text) => text.Length == 0 ? "empty" : text.Length > 60 ? text[..60] + "…" : text;

    private int Changed(string group) => RunField.All.Count(f => f.Group == group && _form.IsChanged(f.Key));

    private Task Apply(string preset)
    {
        _form.Apply(preset);
        return Keep();
    }

    private Task Set(string key, ChangeEventArgs change)
    {
        _form.Set(key, (string?)change.Value);
        return Keep();
    }

    private Task SetYaml(ChangeEventArgs change)
    {
        _form.SetYaml((string?)change.Value ?? "");
        return Keep();
    }

    private Task DiscardYaml()
    {
        _form.DiscardYaml();
        return Keep();
    }

    private Task Note(Action change)
    {
        change();
        return Keep();
    }

    // Whatever happens to the tab or the connection, what was typed is there again.
    private async Task Keep()
    {
        _refusal = null;
        OpenWhatIsWrong();
        int change = ++_changes;
        if (_script is not null) await _script.InvokeVoidAsync("keep", Place, new Kept(_form.Keep(), _name, _tags, _notes).Write());
        await Task.Delay(Pause);
        if (change != _changes || _disposed) return;
        _estimate = await Estimator.Of(_form.Config);
    }

    // A heading that was opened because of a problem stays open when that is put right.
    private void OpenWhatIsWrong() => _opened.UnionWith(RunField.All.Where(f => !f.Basic && _form.ProblemOf(f.Key) is not null).Select(f => f.Group));

    private async Task Discard()
    {
        if (_script is not null) await _script.InvokeVoidAsync("keep", Place, null);
        await Begin();
    }

    private async Task Show(string key)
    {
        if (_script is not null) await _script.InvokeVoidAsync("show", key);
    }

    private async Task Finish(bool start)
    {
        if (_busy || _form.Problems.Count > 0) return;
        _busy = true;
        try
        {
            var wish = new NewRun(_name, _form.Settings, _tags.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), string.IsNullOrWhiteSpace(_notes) ? null : _notes.Trim(), _parent?.Id, start);
            Run run;
            if (DraftId is { } draft && _missing is null)
            {
                RunOutcome? outcome = await Runs.UpdateDraft(draft, wish, _caller!);
                if (outcome?.Run is not { } changed)
                {
                    _refusal = outcome?.Refusal ?? "The draft does not exist any more.";
                    return;
                }
                run = changed;
            }
            else
            {
                run = await Runs.Create(wish, _caller!);
            }
            if (_script is not null) await _script.InvokeVoidAsync("keep", Place, null);
            if (!start) Snackbar.Add($"'{run.Name}' is kept as a draft.", Severity.Success);
            Navigation.NavigateTo($"/runs/{run.Id}");
        }
        catch (InputException e)
        {
            _refusal = e.Message;
        }
        finally
        {
            _busy = false;
        }
    }
}
