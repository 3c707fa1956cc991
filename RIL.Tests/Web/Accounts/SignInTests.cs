using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using RIL.Web.Accounts;

namespace RIL.Tests.Web.Accounts;

public sealed class SignInTests(SiteFixture site)
{
    [Fact]
    public async Task WhoeverIsNotSignedIn_IsAskedTo_AndComesBack()
    {
        HttpResponseMessage answer = await site.Anonymous.GetAsync("/runs/abc?tab=log");
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/sign-in?returnUrl=%2Fruns%2Fabc%3Ftab%3Dlog", answer.Headers.Location!.PathAndQuery);
    }

    [Fact]
    public async Task TheRightPassword_OpensTheSite()
    {
        using HttpClient client = site.Client();
        HttpResponseMessage answer = await Enter(client, "vera", SiteFixture.Password, "/sign-in?returnUrl=%2Fruns");
        Assert.Equal("/runs", answer.Headers.Location!.OriginalString.Replace(site.Address.ToString().TrimEnd('/'), "", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/")).StatusCode);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("https://evil.example")]
    [InlineData("/\\evil.example")]
    public async Task AForeignReturnAddress_LeadsHome(string address)
    {
        using HttpClient client = site.Client();
        HttpResponseMessage answer = await Enter(client, "vera", SiteFixture.Password, "/sign-in?returnUrl=" + Uri.EscapeDataString(address));
        Assert.DoesNotContain("evil", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnknownName_AndAWrongPassword_GetTheSameWords()
    {
        using HttpClient client = site.Client();
        string unknown = await Sentence(await Enter(client, "nobody", SiteFixture.Password)), wrong = await Sentence(await Enter(client, "vera", "not the password"));
        Assert.Equal(wrong, unknown);
        Assert.Contains("do not belong together", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SigningOut_EndsTheCookie()
    {
        using HttpClient client = await site.Join(UserRole.Viewer, "olaf");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/")).StatusCode);
        await client.PostAsync("/sign-out", null);
        Assert.Equal(HttpStatusCode.Redirect, (await client.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task AnInvitation_WorksOnce()
    {
        (_, string secret) = await site.Services.GetRequiredService<InvitationService>().Create(UserRole.Viewer, null, null, TimeSpan.FromHours(1));
        using HttpClient first = site.Client(), second = site.Client();
        Assert.Equal(HttpStatusCode.Redirect, (await Join(first, secret, "once")).StatusCode);
        Assert.Contains("does not work any more", await second.GetStringAsync($"/invite/{secret}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("aaaaaaaaaaaaaaaa")]
    [InlineData("qwertyuiopasdf")]
    [InlineData("Password12345!")]
    [InlineData("1234567890123")]
    [InlineData("gustav is my name")]
    [InlineData("qwerty123456")]
    [InlineData("asdfgh-zxcvbn")]
    [InlineData("987654qwerty")]
    [InlineData("Liverpool2024!")]
    [InlineData("spongebob1234")]
    [InlineData("M0nk3y!!!!!!2020")]
    [InlineData("dragondragon")]
    [InlineData("counterstrike")]
    public async Task AWeakPassword_IsRefused_AndTheInvitationStays(string password)
    {
        InvitationService invitations = site.Services.GetRequiredService<InvitationService>();
        (_, string secret) = await invitations.Create(UserRole.Viewer, null, null, TimeSpan.FromHours(1));
        (RilUser? user, IReadOnlyList<string> problems) = await invitations.Accept(secret, "gustav", password);
        Assert.Null(user);
        Assert.NotEmpty(problems);
        Assert.NotNull(await invitations.Find(secret));
    }

    [Theory]
    [InlineData("a sentence nobody else has")]
    [InlineData("correct stapler under a horse")]
    [InlineData("vR7#kd02LmQz")]
    [InlineData("839201749302")]
    public void APasswordThatIsHardToGuess_IsTaken(string password) => Assert.Null(PasswordRules.Problem(password, "gustav"));

    [Fact]
    public async Task TheFirstLink_IsGivenOnlyWhileNobodyHasAnAccount() =>
        Assert.Null(await site.Services.GetRequiredService<InvitationService>().FirstAdministrator());

    [Fact]
    public async Task AToken_MayNoMoreThanItsScope_AndItsOwner()
    {
        TokenService tokens = site.Services.GetRequiredService<TokenService>();
        string id = await PersonId("vera");
        (_, string text) = await tokens.Create(new Caller(id, "vera", UserRole.Viewer), "script", TokenScope.Admin, TimeSpan.FromDays(1));
        var caller = await tokens.Recognise(text);
        Assert.Equal(UserRole.Viewer, caller!.Value.Caller.Role);
        using HttpClient client = site.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", text);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/config/presets")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.PostAsync("/api/v1/runs/abcdefghjk/actions/stop", null)).StatusCode);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", text + "x");
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/v1/config/presets")).StatusCode);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task AChangeAskedForByAnotherSitesPage_IsRefused(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/runs/abcdefghjk/actions/stop");
        request.Headers.TryAddWithoutValidation(header, value);
        using HttpResponseMessage answer = await site.Administrator.SendAsync(request);
        Assert.Equal((HttpStatusCode.Forbidden, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains("another site's page", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/hubs/runs")]
    [InlineData("POST", "/hubs/runs/negotiate?negotiateVersion=1")]
    [InlineData("GET", "/_blazor")]
    [InlineData("POST", "/_blazor/negotiate?negotiateVersion=1")]
    public async Task AConnectionOfAnotherSitesPage_IsRefused_AndOneOfOursIsNot(string method, string address)
    {
        async Task<HttpStatusCode> From(string origin)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), address);
            request.Headers.Add("Origin", origin);
            using HttpResponseMessage answer = await site.Administrator.SendAsync(request);
            return answer.StatusCode;
        }
        Assert.Equal(HttpStatusCode.Forbidden, await From("https://evil.example"));
        Assert.NotEqual(HttpStatusCode.Forbidden, await From(site.Address.ToString().TrimEnd('/')));
    }

    [Fact]
    public async Task HealthAndTheInterfacesPage_AreForAnybody_AndSayNothingMore()
    {
        using HttpResponseMessage health = await site.Anonymous.GetAsync("/health");
        string said = await health.Content.ReadAsStringAsync();
        Assert.Equal(health.StatusCode == HttpStatusCode.OK ? """{"status":"ok"}""" : """{"status":"unhealthy"}""", said);
        Assert.Equal("no-store", health.Headers.CacheControl?.ToString());
        using HttpResponseMessage docs = await site.Anonymous.GetAsync("/api/docs/");
        Assert.Equal((HttpStatusCode.OK, "text/html"), (docs.StatusCode, docs.Content.Headers.ContentType?.MediaType));
        Assert.Contains("openapi/v1.json", await docs.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/sign-in")]
    [InlineData("/api/v1/config/presets")]
    [InlineData("/css/site.css")]
    public async Task EveryAnswer_TellsBrowsersWhatIsAllowed(string path)
    {
        HttpResponseMessage answer = await site.Viewer.GetAsync(path);
        Assert.Contains("script-src 'self'", string.Join(' ', answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
    }

    [Fact]
    public async Task AnotherHostName_IsRefused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sign-in");
        request.Headers.Host = "evil.example";
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Anonymous.SendAsync(request)).StatusCode);
    }

    private async Task<string> PersonId(string name)
    {
        await using AsyncServiceScope scope = site.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<Microsoft.AspNetCore.Identity.UserManager<RilUser>>().FindByNameAsync(name))!.Id;
    }

    private static Task<HttpResponseMessage> Enter(HttpClient client, string name, string password, string page = "/sign-in") =>
        SiteFixture.Post(client, page, new() { ["Form.Name"] = name, ["Form.Password"] = password });

    private static Task<HttpResponseMessage> Join(HttpClient client, string secret, string name) =>
        SiteFixture.Post(client, $"/invite/{secret}", new() { ["Form.Name"] = name, ["Form.Password"] = SiteFixture.Password, ["Form.Repeat"] = SiteFixture.Password });

    private static async Task<string> Sentence(HttpResponseMessage answer)
    {
        string html = await answer.Content.ReadAsStringAsync();
        int at = html.IndexOf("role=\"alert\"", StringComparison.Ordinal);
        return at < 0 ? html : html[at..html.IndexOf("</p>", at, StringComparison.Ordinal)];
    }
}
