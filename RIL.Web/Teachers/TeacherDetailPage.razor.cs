using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Web.Virtualization;
using MudBlazor;
using RIL.Training;
using RIL.Training.Datasets;
using RIL.Training.Rewards;
using RIL.Web.Accounts;
using RIL.Web.Controls;
using RIL.Web.Datasets;
using RIL.Web.Runs;

namespace RIL.Web.Teachers;

/// <summary>A teacher: what it said, how right that is, who uses it.</summary>
public partial class TeacherDetailPage
{
    private const string All = "\u0001all";
    private TeacherView? _teacher;
    private TeacherJudgement? _judgement;
    private IReadOnlyList<RunUse>? _uses;
    private Dictionary<string, string> _names = [];
    private Virtualize<TeacherRow>? _list;
    private JudgeRule _rule;
    private AnswerPattern _pattern;
    private string? _marker, _judged, _refusal, _fault;
    private int _matching;
    private bool _member, _looked;

    private static Dictionary<string, object> FilterAttributes { get; } = new() { ["data-filter"] = "", ["aria-label"] = "Find in questions and answers" };

    /// <summary>Identifier or reference.</summary>
    [Parameter] public string Id { get; set; } = "";

    /// <summary>Shown question type.</summary>
    [SupplyParameterFromQuery(Name = "type")] public string? Type { get; set; }

    /// <summary>Shown answers, see <see cref="TeacherJudgement.Kinds"/>.</summary>
    [SupplyParameterFromQuery(Name = "kind")] public string? Kind { get; set; }

    /// <summary>Shown text.</summary>
    [SupplyParameterFromQuery(Name = "q")] public string? Q { get; set; }

    /// <summary>Rule of the judge.</summary>
    [SupplyParameterFromQuery(Name = "judge")] public string? Judge { get; set; }

    /// <summary>Text after which the answer stands.</summary>
    [SupplyParameterFromQuery(Name = "answer_marker")] public string? Marker { get; set; }

    /// <summary>Where the answer stands in a text.</summary>
    [SupplyParameterFromQuery(Name = "answer_pattern")] public string? Pattern { get; set; }

    [Inject] private TeacherService Teachers { get; set; } = default!;

    [Inject] private TeacherAnswers Answers { get; set; } = default!;

    [Inject] private DatasetService Datasets { get; set; } = default!;

    [Inject] private DatasetRows Rows { get; set; } = default!;

    [Inject] private NavigationManager Navigation { get; set; } = default!;

    [Inject] private IDialogService Dialogs { get; set; } = default!;

    [Inject] private ISnackbar Snackbar { get; set; } = default!;

    [Inject] private IAuthorizationService Authorization { get; set; } = default!;

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; set; } = default!;

    private bool AsksForMarker => _rule == JudgeRule.AfterMarker || _pattern == AnswerPattern.Marker;

    private string NewRun => $"/runs/new?dataset={Uri.EscapeDataString(_teacher!.Dataset)}&teacher={Uri.EscapeDataString(_teacher.Reference)}";

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_teacher?.Id != Id)
        {
            _teacher = await Teachers.Find(Id);
            _looked = true;
            _judged = null;
            _member = (await Authorization.AuthorizeAsync((await Authentication).User, Policies.Member)).Succeeded;
            _uses = _teacher is not null && RendererInfo.IsInteractive ? await Teachers.Uses(_teacher.Reference) : null;
            _names = (await Datasets.List()).ToDictionary(d => d.Reference, d => d.Name);
        }
        if (_teacher is null) return;
        try
        {
            Look(_teacher);
            _fault = null;
            _matching = _judgement!.Page(Type, Kind, Q, 0, 0).Total;
            if (_list is not null) await _list.RefreshDataAsync();
        }
        catch (InputException e)
        {
            _fault = e.Message;
        }
    }

    private void Look(TeacherView teacher)
    {
        IReadOnlyList<Example> examples = Rows.Of(teacher.Dataset);
        (JudgeRule rule, string? marker) = TeacherJudgement.Suited(teacher.Dataset, examples);
        if (Enum.TryParse(Judge?.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out JudgeRule asked)) rule = asked;
        (_rule, _marker) = (rule, Marker ?? marker);
        _pattern = Enum.TryParse(Pattern, ignoreCase: true, out AnswerPattern pattern) ? pattern : AnswerPattern.Auto;
        // The marker may still be missing while somebody chooses the rule.
        if (AsksForMarker && string.IsNullOrWhiteSpace(_marker)) _marker = "answer:";
        string key = $"{teacher.Id}\n{teacher.Name}\n{_rule}\n{_marker}\n{_pattern}";
        if (key == _judged) return;
        _judgement = TeacherJudgement.Of(examples, Answers.Of(teacher.Reference, teacher.Name), teacher.Name, _rule, _marker, _pattern);
        _judged = key;
    }

    private ValueTask<ItemsProviderResult<TeacherRow>> Provide(ItemsProviderRequest request)
    {
        TeacherSlice slice = _judgement!.Page(Type, Kind, Q, request.StartIndex, request.Count);
        return ValueTask.FromResult(new ItemsProviderResult<TeacherRow>(slice.Rows, slice.Total));
    }

    private string Picture(TeacherRow row) => $"/api/v1/datasets/{DatasetView.IdOf(_teacher!.Dataset)}/rows/{row.Index}/images/0";

    private static string Share(TypeScore score) => (100.0 * score.Right / Math.Max(1, score.Judged)).ToString("0.#", CultureInfo.InvariantCulture);

    private static string Word(JudgeRule rule) => rule switch { JudgeRule.MultipleChoice => "multiple_choice", JudgeRule.AfterMarker => "after_marker", JudgeRule.Numeric => "numeric", JudgeRule.Math => "math", _ => "exact" };

    private static string VerdictIcon(JudgedAnswer answer) => answer.Right switch
    {
        true => Icons.Material.Outlined.Check,
        false => Icons.Material.Outlined.Close,
        _ => Icons.Material.Outlined.HelpOutline,
    };

    private static string VerdictColor(JudgedAnswer answer) => answer.Right switch { true => "ok", false => "bad", _ => "muted" };

    private static string VerdictWord(JudgedAnswer answer) => answer.Right switch { true => "right", false => "wrong", _ => "the judge abstains" };

    private string Link(string kind) => Navigation.GetUriWithQueryParameter("kind", kind);

    private void Show(string key, string? value) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(key, value), replace: true);

    private void ShowAll() =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { ["kind"] = null, ["type"] = null, ["q"] = null }), replace: true);

    private async Task Rename(string name)
    {
        _teacher = await Teachers.Describe(_teacher!.Id, name, null);
        if (_teacher is not null) Look(_teacher);
    }

    private async Task Note(string notes) => _teacher = await Teachers.Describe(_teacher!.Id, null, notes);

    private async Task Delete()
    {
        bool? sure = await Dialogs.ShowMessageBoxAsync(new MessageBoxOptions
        {
            Title = $"Delete teacher '{_teacher!.Name}'?",
            Message = $"{Say.Count(_teacher.Answers)} answers, {Say.Bytes(_teacher.Bytes)}, are deleted for good. Runs that have ended keep their results.",
            YesText = $"Delete {Say.Bytes(_teacher.Bytes)}", CancelText = "Keep",
        });
        if (sure != true) return;
        _refusal = await Teachers.Delete(_teacher.Id);
        if (_refusal is not null) return;
        Snackbar.Add($"Teacher '{_teacher.Name}' is deleted.", Severity.Info);
        Navigation.NavigateTo("/teachers");
    }
}
