using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.EntityFrameworkCore;
using MudBlazor;
using RIL.Training;
using RIL.Web.Accounts;
using RIL.Web.Controls;
using RIL.Web.Data;

namespace RIL.Web.Runs.Pages;

/// <summary>The top line of a run.</summary>
public sealed partial class RunHeader
{
    private ElementReference _input;
    private readonly FocusWish _focus = new();
    private bool _tagging, _mayChange;
    private string _tag = "";
    private string? _owner, _parent, _facts;

    /// <summary>Called when something was changed here.</summary>
    [Parameter]
    public EventCallback Changed { get; set; }

    /// <inheritdoc/>
    protected override RunPageChange Shows => RunPageChange.Run | RunPageChange.Progress;

    [CascadingParameter]
    private Task<AuthenticationState>? Authentication { get; set; }

    [Inject]
    private RunService Runs { get; set; } = default!;

    [Inject]
    private IDbContextFactory<RilDb> Databases { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    private string Where
    {
        get
        {
            if (!RunTransitions.IsActive(View.Now.State) || View.Now.Stage is not { } stage) return "";
            string steps = View.Now.StageTotal is { } total ? $"{Say.Count(View.Now.StageStep)}/{Say.Count(total)}" : Say.Count(View.Now.StageStep);
            string left = View.Now.LeftSeconds is { } seconds && View.Now.State == RunState.Running ? $" · {Say.Left(seconds)} left" : "";
            return $"{StageWords.Of(stage)} {steps}{left}";
        }
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_facts == View.Run.Id) return;
        (_facts, _tagging) = (View.Run.Id, false);
        if (Authentication is not null && (await Authentication).User is { Identity.IsAuthenticated: true } user) _mayChange = Caller.Of(user).Role != UserRole.Viewer;
        await using RilDb db = await Databases.CreateDbContextAsync();
        _owner = await db.Users.Where(u => u.Id == View.Run.OwnerId).Select(u => u.UserName).FirstOrDefaultAsync();
        _parent = await db.Runs.Where(r => r.Id == View.Run.ParentId).Select(r => r.Name).FirstOrDefaultAsync();
    }

    /// <inheritdoc/>
    protected override Task OnAfterRenderAsync(bool firstRender) => _focus.Grant(_input);

    private void BeginTag()
    {
        (_tagging, _tag) = (true, "");
        _focus.Make(_input);
    }

    private Task Rename(string name) => Change(() => Runs.Describe(View.Run.Id, name, notes: null, tags: null));

    private Task Annotate(string notes) => Change(() => Runs.Describe(View.Run.Id, name: null, notes, tags: null));

    private async Task TagKey(KeyboardEventArgs e)
    {
        if (e.Key == "Enter") await AddTag();
        else if (e.Key == "Escape") _tagging = false;
    }

    private async Task AddTag()
    {
        if (!_tagging) return;
        _tagging = false;
        if (_tag.Trim().Length > 0) await Retag(_tag.Split(','), []);
    }

    private Task RemoveTag(string tag) => Retag([], [tag]);

    private async Task Retag(IReadOnlyList<string> add, IReadOnlyList<string> remove)
    {
        try
        {
            await Change(() => Runs.Retag(View.Run.Id, add, remove));
        }
        catch (InputException e)
        {
            Snackbar.Add(e.Message, Severity.Warning);
        }
    }

    private async Task Change(Func<Task<Run?>> change)
    {
        if (!_mayChange) return;
        if (await change() is null) throw new InputException($"{View.Run.Name} does not exist any more: it was purged from the trash.");
        await Changed.InvokeAsync();
    }
}
