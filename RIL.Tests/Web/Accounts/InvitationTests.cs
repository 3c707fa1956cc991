using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Web.Accounts;
using RIL.Web.Data;

namespace RIL.Tests.Web.Accounts;

/// <summary>A link lets in whom it is for, once, while it is meant to and while its maker is an administrator.</summary>
public sealed class InvitationTests(SiteFixture site)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private InvitationService Invitations => site.Services.GetRequiredService<InvitationService>();

    private PeopleService People => site.Services.GetRequiredService<PeopleService>();

    [Fact]
    public async Task AnExpiredLink_AndAWithdrawnOne_LetNobodyIn()
    {
        (_, string late) = await Invitations.Create(UserRole.Member, null, null, TimeSpan.FromSeconds(-1));
        (Invitation invitation, string withdrawn) = await Invitations.Create(UserRole.Member, null, null, TimeSpan.FromHours(1));
        (_, string good) = await Invitations.Create(UserRole.Member, null, null, TimeSpan.FromHours(1));
        Assert.True(await Works(withdrawn));
        await Invitations.Revoke(invitation.Id);
        foreach (string secret in (string[])[late, withdrawn])
        {
            Assert.False(await Works(secret));
            Assert.Null((await Invitations.Accept(secret, "nobody-" + Identifier.Create(), SiteFixture.Password)).User);
        }
        Assert.True(await Works(good));
    }

    [Fact]
    public async Task OfTwoWhoComeAtTheSameMoment_OneGetsIn()
    {
        (_, string secret) = await Invitations.Create(UserRole.Member, null, null, TimeSpan.FromHours(1));
        string name = "twin" + Identifier.Create();
        (RilUser? User, IReadOnlyList<string> Problems)[] ends = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => Invitations.Accept(secret, name + i, SiteFixture.Password))));
        Assert.Single(ends, e => e.User is not null);
        Assert.All(ends.Where(e => e.User is null), e => Assert.Contains("used already", Assert.Single(e.Problems), StringComparison.Ordinal));
        Assert.Single(await People.List(), p => p.Name.StartsWith(name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("removed")]
    [InlineData("demoted")]
    [InlineData("demoted beside the service")]
    public async Task AnAdministratorWhoIsNoneAnyMore_ComesBackByNoLink(string how)
    {
        string name = "chief" + Identifier.Create();
        using HttpClient chief = await site.Join(UserRole.Administrator, name);
        string id = (await People.List()).Single(p => p.Name == name).Id, other = (await People.List()).Single(p => p.Name == "admin").Id;
        (_, string invitation) = await Invitations.Create(UserRole.Administrator, null, name, TimeSpan.FromDays(7));
        string reset = await People.ResetLink(other, name);
        (_, string others) = await Invitations.Create(UserRole.Viewer, null, "admin", TimeSpan.FromHours(1));
        Assert.True(await Works(invitation));
        Assert.True(await Works(reset));

        if (how == "removed") await People.Remove(id);
        else if (how == "demoted") await People.ChangeRole(id, UserRole.Member);
        else await Demote(id);

        foreach (string secret in (string[])[invitation, reset])
        {
            Assert.False(await Works(secret));
            Assert.Null((await Invitations.Accept(secret, "back" + Identifier.Create(), SiteFixture.Password)).User);
        }
        Assert.True(await Works(others));
    }

    [Fact]
    public async Task ALinkThatWasWithdrawnWithItsMaker_StaysSo_WhoeverGetsTheNameNext()
    {
        string name = "heir" + Identifier.Create();
        using HttpClient first = await site.Join(UserRole.Administrator, name);
        (_, string secret) = await Invitations.Create(UserRole.Administrator, null, name, TimeSpan.FromDays(7));
        await People.Remove((await People.List()).Single(p => p.Name == name).Id);
        using HttpClient second = await site.Join(UserRole.Administrator, name);
        Assert.False(await Works(secret));
    }

    [Fact]
    public async Task ARoleThatWasTaken_IsNotWrittenBackByWhoReadTheAccountBefore()
    {
        string name = "racer" + Identifier.Create();
        using HttpClient joined = await site.Join(UserRole.Administrator, name);
        await using AsyncServiceScope scope = site.Services.CreateAsyncScope();
        UserManager<RilUser> people = scope.ServiceProvider.GetRequiredService<UserManager<RilUser>>();
        RilUser read = (await people.FindByNameAsync(name))!;
        await People.ChangeRole(read.Id, UserRole.Viewer);
        await people.AccessFailedAsync(read);
        Assert.Equal(UserRole.Viewer, (await People.List()).Single(p => p.Name == name).Role);
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/account/password")]
    [InlineData("/invite/")]
    public async Task AFormWithoutItsAntiforgeryToken_IsRefused(string page)
    {
        if (page == "/invite/") page += (await Invitations.Create(UserRole.Viewer, null, null, TimeSpan.FromHours(1))).Secret;
        string name = "forger" + Identifier.Create();
        using HttpClient person = await site.Join(UserRole.Viewer, name);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["_handler"] = page == "/sign-in" ? "sign-in" : page == "/account/password" ? "password" : "join", ["Form.Name"] = name + "2", ["Form.Current"] = SiteFixture.Password,
            ["Form.Password"] = "quite another sentence", ["Form.Repeat"] = "quite another sentence",
        });
        using HttpResponseMessage answer = await person.PostAsync(page, form, Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.DoesNotContain(await People.List(), p => p.Name == name + "2");
    }

    private async Task<bool> Works(string secret)
    {
        string page = await site.Anonymous.GetStringAsync($"/invite/{secret}", Cancellation);
        return !page.Contains("does not work any more", StringComparison.Ordinal);
    }

    private async Task Demote(string id)
    {
        await using RilDb db = await site.Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContextAsync(Cancellation);
        await db.Users.Where(u => u.Id == id).ExecuteUpdateAsync(u => u.SetProperty(x => x.Role, UserRole.Member), Cancellation);
    }
}
