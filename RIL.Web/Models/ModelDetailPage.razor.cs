using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;
using RIL.Web.Accounts;
using RIL.Web.Runs;

namespace RIL.Web.Models;

/// <summary>A student: its sizes, its files, who uses it.</summary>
public partial class ModelDetailPage
{
    private ModelView? _model;
    private ModelFacts? _facts;
    private IReadOnlyList<RunUse>? _uses;
    private string? _refusal;
    private bool _member, _looked;

    /// <summary>Identifier or reference.</summary>
    [Parameter] public string Id { get; set; } = "";

    [Inject] private ModelService Models { get; set; } = default!;

    [Inject] private NavigationManager Navigation { get; set; } = default!;

    [Inject] private ISnackbar Snackbar { get; set; } = default!;

    [Inject] private IAuthorizationService Authorization { get; set; } = default!;

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; set; } = default!;

    private string NewRun => $"/runs/new?student={Uri.EscapeDataString(_model!.Reference)}";

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_model?.Id == Id) return;
        _member = (await Authorization.AuthorizeAsync((await Authentication).User, Policies.Member)).Succeeded;
        _model = await Models.Find(Id);
        _looked = true;
        if (_model is null) return;
        _facts = Models.Facts(_model);
        _uses = RendererInfo.IsInteractive ? await Models.Uses(_model.Reference) : null;
    }

    private async Task Rename(string name) => _model = await Models.Describe(_model!.Id, name, null);

    private async Task Note(string notes) => _model = await Models.Describe(_model!.Id, null, notes);

    private async Task Unregister()
    {
        _refusal = await Models.Unregister(_model!.Id);
        if (_refusal is not null) return;
        Snackbar.Add($"'{_model.Name}' is off the list; its folder is untouched.", Severity.Info);
        Navigation.NavigateTo("/models");
    }
}
