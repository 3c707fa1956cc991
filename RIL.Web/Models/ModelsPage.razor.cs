using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;
using RIL.Training;
using RIL.Web.Accounts;
using RIL.Web.Data;

namespace RIL.Web.Models;

/// <summary>Students, and what could become one.</summary>
public partial class ModelsPage
{
    private IReadOnlyList<ModelView> _models = [];
    private IReadOnlyList<ModelCandidate> _candidates = [];
    private string? _refusal, _folder;
    private int _finished;
    private bool _member;

    [Inject] private ModelService Models { get; set; } = default!;

    [Inject] private Storage Storage { get; set; } = default!;

    [Inject] private NavigationManager Navigation { get; set; } = default!;

    [Inject] private ISnackbar Snackbar { get; set; } = default!;

    [Inject] private IAuthorizationService Authorization { get; set; } = default!;

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; set; } = default!;

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        _member = (await Authorization.AuthorizeAsync(user, Policies.Member)).Succeeded;
        // Where the server keeps things concerns those who keep the server.
        if ((await Authorization.AuthorizeAsync(user, Policies.Administrator)).Succeeded) _folder = Storage.Models;
        // Folders are looked into once, when the page has its connection; until then it shows its outline.
        if (RendererInfo.IsInteractive) await Load();
    }

    private async Task Load()
    {
        _finished = await Models.FinishedRuns();
        _models = await Models.List();
        _candidates = await Models.Candidates();
    }

    private async Task Register(ModelCandidate candidate)
    {
        try
        {
            ModelView made = await Models.Register(candidate.Folder, null, null, Caller.Of((await Authentication).User));
            Snackbar.Add($"'{made.Name}' is registered.", Severity.Success);
            Navigation.NavigateTo($"/models/{made.Id}");
        }
        catch (InputException e)
        {
            _refusal = e.Message;
            await Load();
        }
    }
}
