using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
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
    private ElementReference _nameBox;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    private TokenService Tokens { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

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
            (_problem, _name) = (null, "");
            _tokens = await Tokens.Of(_caller!.Id!);
        }
        catch (InputException e)
        {
            _problem = e.Message;
        }
    }

    private async Task Revoke(ApiToken token)
    {
        await Tokens.Revoke(_caller!, token.Id);
        _tokens = await Tokens.Of(_caller!.Id!);
    }
}
