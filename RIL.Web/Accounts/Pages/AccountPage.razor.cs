using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.JSInterop;
using RIL.Training;

namespace RIL.Web.Accounts.Pages;

/// <summary>One's own account: password, sign-ins, tokens.</summary>
public sealed partial class AccountPage
{
    private Caller? _caller;
    private IReadOnlyList<ApiToken> _tokens = [];
    private string? _made, _problem;
    private string _name = "";
    private TokenScope _scope = TokenScope.Read;
    private int _days = 30;
    private bool _copied;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    private TokenService Tokens { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    [Inject]
    private IJSRuntime Script { get; set; } = default!;

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        _caller = Caller.Of((await Authentication).User);
        _tokens = await Tokens.Of(_caller.Id!);
    }

    private async Task Create()
    {
        try
        {
            (_, _made) = await Tokens.Create(_caller!, _name, _scope, TimeSpan.FromDays(_days));
            (_problem, _name, _copied) = (null, "", false);
            _tokens = await Tokens.Of(_caller!.Id!);
        }
        catch (InputException e)
        {
            _problem = e.Message;
        }
    }

    private async Task Copy()
    {
        await using IJSObjectReference module = await Script.InvokeAsync<IJSObjectReference>("import", "./js/run.js");
        await module.InvokeVoidAsync("copy", _made);
        _copied = true;
    }

    private async Task Revoke(ApiToken token)
    {
        await Tokens.Revoke(_caller!, token.Id);
        _tokens = await Tokens.Of(_caller!.Id!);
    }
}
