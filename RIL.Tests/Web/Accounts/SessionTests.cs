using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Training;
using RIL.Web.Accounts;
using RIL.Web.Data;

namespace RIL.Tests.Web.Accounts;

/// <summary>What was ended is over at once: cookies, hubs, streams.</summary>
public sealed class SessionTests(SiteFixture site)
{
    private PeopleService People => site.Services.GetRequiredService<PeopleService>();

    [Fact]
    public async Task ARevokedToken_EndsItsHubConnection()
    {
        TokenService tokens = site.Services.GetRequiredService<TokenService>();
        Caller mia = await Find("mia");
        (ApiToken token, string text) = await tokens.Create(mia, "watcher", TokenScope.Read, TimeSpan.FromDays(1));
        await using HubConnection hub = new HubConnectionBuilder().WithUrl(new Uri(site.Address, "/hubs/runs"), o => o.AccessTokenProvider = () => Task.FromResult<string?>(text)).Build();
        var closed = new TaskCompletionSource();
        hub.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        await hub.StartAsync();
        await tokens.Revoke(mia, token.Id);
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => hub.StartAsync());
    }

    [Fact]
    public async Task SigningOut_EndsTheCookie_EvenWhereSomebodyKeptIt()
    {
        using HttpClient client = await site.Join(UserRole.Viewer, "keeper");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/account");
        HttpResponseMessage before = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        string cookie = await Cookie("keeper");
        Assert.Equal(HttpStatusCode.OK, await With(cookie));
        using (HttpClient other = Holder(cookie)) await other.PostAsync("/sign-out", null);
        Assert.Equal(HttpStatusCode.Redirect, await With(cookie));
        // Another sign-in of the same person goes on.
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/account")).StatusCode);
    }

    [Fact]
    public async Task ASignInThatWasEnded_StaysSoOverARestart()
    {
        await using OwnSite own = await OwnSite.Start();
        string ended = await Cookie("admin1", own.Address), open = await Cookie("admin1", own.Address);
        using (HttpClient client = Holder(ended, own.Address)) await client.PostAsync("/sign-out", null);
        await own.End();
        await own.Begin();
        Assert.Equal(HttpStatusCode.Redirect, await With(ended, own.Address));
        Assert.Equal(HttpStatusCode.OK, await With(open, own.Address));
    }

    [Fact]
    public void EndedSignIns_AreForgottenWhenTheirCookiesHaveExpired()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "ended.json");
        var sessions = new EndedSessions(file, TimeSpan.FromDays(14));
        sessions.Add("old", DateTimeOffset.UnixEpoch);
        sessions.Add("new", DateTimeOffset.UnixEpoch.AddDays(14));
        Assert.True(sessions.Contains("old"));
        sessions.Add("newest", DateTimeOffset.UnixEpoch.AddDays(15));
        foreach (EndedSessions known in (EndedSessions[])[sessions, new EndedSessions(file, TimeSpan.FromDays(14))])
        {
            Assert.False(known.Contains("old"));
            Assert.True(known.Contains("new"));
            Assert.Equal(2, known.Count);
        }
    }

    [Fact]
    public async Task SigningOutEverywhere_EndsAllSignInsOfAPerson()
    {
        using HttpClient client = await site.Join(UserRole.Viewer, "everywhere");
        string cookie = await Cookie("everywhere");
        await client.PostAsync("/sign-out?everywhere=true", null);
        Assert.Equal(HttpStatusCode.Redirect, await With(cookie));
    }

    [Fact]
    public async Task AnotherRole_HoldsAtOnce()
    {
        using HttpClient client = await site.Join(UserRole.Member, "riser");
        await People.ChangeRole((await Find("riser")).Id!, UserRole.Viewer);
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/account")).StatusCode);
        using HttpClient again = Holder(await Cookie("riser"));
        Assert.Equal(HttpStatusCode.Forbidden, (await again.PostAsync("/api/v1/runs/abcdefghjk/actions/stop", null)).StatusCode);
    }

    [Fact]
    public async Task ARemovedPerson_IsGone_WithTokens()
    {
        using HttpClient client = await site.Join(UserRole.Member, "leaver");
        Caller leaver = await Find("leaver");
        TokenService tokens = site.Services.GetRequiredService<TokenService>();
        (_, string text) = await tokens.Create(leaver, "script", TokenScope.Write, TimeSpan.FromDays(1));
        await People.Remove(leaver.Id!);
        Assert.Null(await tokens.Recognise(text));
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/account")).StatusCode);
    }

    [Fact]
    public async Task TheLastAdministrator_CanNeitherLeaveNorStepDown()
    {
        await using OwnSite own = await OwnSite.Start();
        PeopleService people = own.Services.GetRequiredService<PeopleService>();
        Person only = Assert.Single(await people.List());
        Assert.Contains("only administrator", (await Assert.ThrowsAsync<InputException>(() => people.Remove(only.Id))).Message, StringComparison.Ordinal);
        Assert.Contains("only administrator", (await Assert.ThrowsAsync<InputException>(() => people.ChangeRole(only.Id, UserRole.Member))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AForgottenPassword_IsSetAnewByALink()
    {
        using HttpClient client = await site.Join(UserRole.Viewer, "forgetful");
        string secret = await People.ResetLink((await Find("forgetful")).Id!, "admin");
        using HttpClient door = site.Client();
        const string Fresh = "quite another sentence";
        HttpResponseMessage answer = await SiteFixture.Post(door, $"/invite/{secret}", new() { ["Form.Password"] = Fresh, ["Form.Repeat"] = Fresh });
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await door.GetAsync("/account")).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/account")).StatusCode);
    }

    [Fact]
    public async Task APassword_IsChangedOnlyByWhoKnowsIt()
    {
        using HttpClient client = await site.Join(UserRole.Viewer, "changer");
        const string Fresh = "a third sentence, longer";
        HttpResponseMessage wrong = await SiteFixture.Post(client, "/account/password", new() { ["Form.Current"] = "not it at all", ["Form.Password"] = Fresh, ["Form.Repeat"] = Fresh });
        Assert.Contains("until now is wrong", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        HttpResponseMessage right = await SiteFixture.Post(client, "/account/password", new() { ["Form.Current"] = SiteFixture.Password, ["Form.Password"] = Fresh, ["Form.Repeat"] = Fresh });
        Assert.Equal(HttpStatusCode.Redirect, right.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/account")).StatusCode);
    }

    [Fact]
    public async Task AnAccount_ClosesForAWhileAfterSeveralFailures()
    {
        using HttpClient joined = await site.Join(UserRole.Viewer, "target"), client = site.Client();
        for (int i = 0; i < 8; i++) await Enter(client, "target", "wrong again and again");
        using HttpResponseMessage closed = await Enter(client, "target", SiteFixture.Password);
        Assert.Equal(HttpStatusCode.OK, closed.StatusCode); // the form again, with the reason
        Assert.Contains("role=\"alert\"", await closed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MoreAttemptsThanAreAllowedAMinute_AreRefused()
    {
        await using OwnSite own = await OwnSite.Start("Accounts:AttemptsPerMinute=4");
        using HttpClient client = SiteFixture.Client(own.Address);
        HttpResponseMessage last = null!;
        for (int i = 0; i < 5; i++) last = await Enter(client, "nobody", "wrong");
        Assert.Equal((HttpStatusCode.TooManyRequests, "application/problem+json"), (last.StatusCode, last.Content.Headers.ContentType?.MediaType));
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        HttpResponseMessage looked = await client.PostAsync("/sign-in", null);
        Assert.Equal((HttpStatusCode.TooManyRequests, "text/plain"), (looked.StatusCode, looked.Content.Headers.ContentType?.MediaType));
        Assert.StartsWith("Too many attempts", await looked.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATokensText_IsKeptNowhere()
    {
        (_, string text) = await site.Services.GetRequiredService<TokenService>().Create(await Find("mia"), "secretive", TokenScope.Read, TimeSpan.FromDays(1));
        using HttpClient client = site.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", text);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/runs")).StatusCode);
        byte[] wanted = System.Text.Encoding.UTF8.GetBytes(text[8..]);
        foreach (string file in Directory.EnumerateFiles(site.Folder, "*", SearchOption.AllDirectories))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            Assert.True(memory.GetBuffer().AsSpan(0, (int)memory.Length).IndexOf(wanted) < 0, file);
        }
    }

    private async Task<Caller> Find(string name)
    {
        await using RilDb db = await site.Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContextAsync();
        RilUser user = await db.Users.AsNoTracking().FirstAsync(u => u.UserName == name);
        return new Caller(user.Id, name, user.Role);
    }

    private Task<string> Cookie(string name) => Cookie(name, site.Address);

    private static async Task<string> Cookie(string name, Uri address)
    {
        using HttpClient client = SiteFixture.Client(address);
        HttpResponseMessage answer = await Enter(client, name, SiteFixture.Password);
        return answer.Headers.GetValues("Set-Cookie").First(c => c.StartsWith("ril=", StringComparison.Ordinal)).Split(';')[0];
    }

    private HttpClient Holder(string cookie) => Holder(cookie, site.Address);

    private static HttpClient Holder(string cookie, Uri address)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address };
        client.DefaultRequestHeaders.Add("Cookie", cookie);
        return client;
    }

    private Task<HttpStatusCode> With(string cookie) => With(cookie, site.Address);

    private static async Task<HttpStatusCode> With(string cookie, Uri address)
    {
        using HttpClient client = Holder(cookie, address);
        return (await client.GetAsync("/account")).StatusCode;
    }

    private static Task<HttpResponseMessage> Enter(HttpClient client, string name, string password) =>
        SiteFixture.Post(client, "/sign-in", new() { ["Form.Name"] = name, ["Form.Password"] = password });
}
