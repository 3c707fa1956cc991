using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Web.Virtualization;
using MudBlazor;
using RIL.Training;
using RIL.Web.Accounts;
using RIL.Web.Controls;
using RIL.Web.Runs;

namespace RIL.Web.Datasets;

/// <summary>A data set: its rows, what it holds, who uses it.</summary>
public partial class DatasetDetailPage
{
    private const string All = "\u0001all";
    private DatasetView? _set;
    private IReadOnlyList<RunUse>? _uses;
    private Virtualize<DatasetRowView>? _list;
    private string? _refusal, _fault;
    private int _matching;
    private bool _member, _looked;

    private static Dictionary<string, object> FilterAttributes { get; } = new() { ["data-filter"] = "", ["aria-label"] = "Find in questions and answers" };

    /// <summary>Identifier or reference.</summary>
    [Parameter] public string Id { get; set; } = "";

    /// <summary>Shown question type.</summary>
    [SupplyParameterFromQuery(Name = "type")] public string? Type { get; set; }

    /// <summary>Shown text.</summary>
    [SupplyParameterFromQuery(Name = "q")] public string? Q { get; set; }

    [Inject] private DatasetService Datasets { get; set; } = default!;

    [Inject] private DatasetRows Rows { get; set; } = default!;

    [Inject] private NavigationManager Navigation { get; set; } = default!;

    [Inject] private IDialogService Dialogs { get; set; } = default!;

    [Inject] private ISnackbar Snackbar { get; set; } = default!;

    [Inject] private IAuthorizationService Authorization { get; set; } = default!;

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; set; } = default!;

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_set?.Id != Id)
        {
            _set = await Datasets.Find(Id);
            _looked = true;
            _member = (await Authorization.AuthorizeAsync((await Authentication).User, Policies.Member)).Succeeded;
            _uses = _set is not null && RendererInfo.IsInteractive ? await Datasets.Uses(_set.Reference) : null;
        }
        if (_set is null) return;
        try
        {
            _fault = null;
            _matching = Rows.Page(_set.Reference, Type, Q, 0, 0).Total;
            if (_list is not null) await _list.RefreshDataAsync();
        }
        catch (InputException e)
        {
            _fault = e.Message;
        }
    }

    private ValueTask<ItemsProviderResult<DatasetRowView>> Provide(ItemsProviderRequest request)
    {
        DatasetSlice slice = Rows.Page(_set!.Reference, Type, Q, request.StartIndex, request.Count);
        return ValueTask.FromResult(new ItemsProviderResult<DatasetRowView>(slice.Rows, slice.Total));
    }

    private string Picture(DatasetRowView row, int number) => $"/api/v1/datasets/{_set!.Id}/rows/{row.Index}/images/{number}";

    private string Share(int count) => (100.0 * count / Math.Max(1, _set!.Types.Values.Max())).ToString("0.#", CultureInfo.InvariantCulture);

    private void ByType(string type) => Show(type == All ? null : type, Q);

    private void ByText(string text) => Show(Type, string.IsNullOrWhiteSpace(text) ? null : text.Trim());

    private void Show(string? type, string? text) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { ["type"] = type, ["q"] = text }), replace: true);

    private async Task Rename(string name) => _set = await Datasets.Describe(_set!.Id, name, null);

    private async Task Note(string notes) => _set = await Datasets.Describe(_set!.Id, null, notes);

    private async Task Delete()
    {
        bool? sure = await Dialogs.ShowMessageBoxAsync(new MessageBoxOptions
        {
            Title = $"Delete '{_set!.Name}'?",
            Message = $"{Say.Count(_set.Rows)} rows and their pictures, {Say.Bytes(_set.Bytes)}, are deleted for good. Runs that have ended keep their results.",
            YesText = $"Delete {Say.Bytes(_set.Bytes)}", CancelText = "Keep",
        });
        if (sure != true) return;
        _refusal = await Datasets.Delete(_set.Id);
        if (_refusal is not null) return;
        Snackbar.Add($"'{_set.Name}' is deleted.", Severity.Info);
        Navigation.NavigateTo("/datasets");
    }
}
