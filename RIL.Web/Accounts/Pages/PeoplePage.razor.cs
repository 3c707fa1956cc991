using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;
using RIL.Training;

namespace RIL.Web.Accounts.Pages;

/// <summary>Accounts and invitations, for administrators.</summary>
public sealed partial class PeoplePage
{
    private Caller? _caller;
    private IReadOnlyList<Person> _people = [];
    private IReadOnlyList<Invitation> _open = [];
    private UserRole _role = UserRole.Member;
    private string? _link, _linkFor, _problem;
    private string _note = "";
    private int _days = 7, _refusals;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    private PeopleService People { get; set; } = default!;

    [Inject]
    private InvitationService Invitations { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        _caller = Caller.Of((await Authentication).User);
        await Read();
    }

    private async Task Read() => (_people, _open) = (await People.List(), await Invitations.Open());

    private async Task Invite()
    {
        string? note = string.IsNullOrWhiteSpace(_note) ? null : _note.Trim();
        (_, string secret) = await Invitations.Create(_role, note, _caller!.Name, TimeSpan.FromDays(_days));
        Show(secret, note ?? "whom you invite");
        _note = "";
        await Read();
    }

    private void Show(string secret, string person) => (_link, _linkFor, _problem) = (Navigation.ToAbsoluteUri($"/invite/{secret}").ToString(), person, null);

    private async Task Withdraw(Invitation invitation)
    {
        await Invitations.Revoke(invitation.Id);
        await Read();
    }

    private Task ChangeRole(Person person, UserRole role) => Do(() => People.ChangeRole(person.Id, role), $"{person.Name} is {role.ToString().ToLowerInvariant()} now and signs in anew.");

    private Task SignOut(Person person) => Do(() => People.EndEverywhere(person.Id), $"Every sign-in of {person.Name} has ended.");

    private Task Reset(Person person) => Do(async () => Show(await People.ResetLink(person.Id, _caller!.Name), person.Name), null);

    private async Task Remove(Person person)
    {
        bool? sure = await Dialogs.ShowMessageBoxAsync(new MessageBoxOptions
        {
            Title = $"Remove {person.Name}?", Message = "The account, its tokens and its sign-ins end now. Runs, data sets and models of this person stay.", YesText = "Remove", CancelText = "Cancel",
        });
        if (sure == true) await Do(() => People.Remove(person.Id), $"{person.Name} was removed.");
    }

    private async Task Do(Func<Task> change, string? done)
    {
        try
        {
            await change();
            _problem = null;
            if (done is not null) Snackbar.Add(done, Severity.Success);
        }
        catch (InputException e)
        {
            _problem = e.Message;
            // A refused choice would stay on display: the browser has changed it, and the page knows of no change.
            _refusals++;
        }
        await Read();
    }
}
