using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RIL.Tests.Web.Runs;
using RIL.Web.Accounts;
using RIL.Web.Data;
using RIL.Web.Runs;

namespace RIL.Tests.Web.Accounts;

/// <summary>A token is for scripts: it changes nothing about its owner's sign-ins, opens nothing once it has expired, and what it opened ends with it.</summary>
public sealed class TokenTests(SiteFixture site)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private TokenService Tokens => site.Services.GetRequiredService<TokenService>();

    [Fact]
    public async Task AReadToken_SignsNobodyOut()
    {
        using HttpClient person = await site.Join(UserRole.Member, "signed-in");
        using HttpClient script = await With(await Find("signed-in"), TokenScope.Read, TimeSpan.FromHours(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await script.PostAsync("/sign-out?everywhere=true", null, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await person.GetAsync("/account", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task ATokensUse_IsNoted_AndOfAnExpiredOneNothingIsLeft()
    {
        Caller mia = await Find("mia");
        using HttpClient script = await With(mia, TokenScope.Read, TimeSpan.FromHours(1), "noted"), late = await With(mia, TokenScope.Read, TimeSpan.FromSeconds(-1), "late");
        Assert.Null((await Tokens.Of(mia.Id!)).Single(t => t.Name == "noted").LastUsedAt);
        Assert.Equal(HttpStatusCode.OK, (await script.GetAsync("/api/v1/runs", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await late.GetAsync("/api/v1/runs", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await late.PostAsync("/hubs/runs/negotiate?negotiateVersion=1", null, Cancellation)).StatusCode);
        IReadOnlyList<ApiToken> after = await Tokens.Of(mia.Id!);
        Assert.NotNull(after.Single(t => t.Name == "noted").LastUsedAt);
        Assert.Null(after.Single(t => t.Name == "late").LastUsedAt);
    }

    [Fact]
    public async Task AStream_EndsWhenItsTokenExpires()
    {
        Run run = new RunMaker(site.Services.GetRequiredService<Storage>(), site.Services.GetRequiredService<IDbContextFactory<RilDb>>()).Add(RunState.Running);
        // Long enough to connect on a machine that is busy.
        for (TimeSpan lifetime = TimeSpan.FromSeconds(1); ; lifetime *= 2)
        {
            using HttpClient script = await With(await Find("mia"), TokenScope.Read, lifetime);
            using HttpResponseMessage? begun = await Begun(script, run.Id);
            // Cut before its first byte: it was too short.
            if (begun is null && lifetime < TimeSpan.FromMinutes(1)) continue;
            Assert.NotNull(begun);
            HttpResponseMessage answer = begun;
            if (answer.StatusCode == HttpStatusCode.Unauthorized && lifetime < TimeSpan.FromMinutes(1)) continue;
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Exception? end = await Record.ExceptionAsync(async () => await (await answer.Content.ReadAsStreamAsync(Cancellation)).CopyToAsync(Stream.Null, Cancellation).WaitAsync(TimeSpan.FromMinutes(2), Cancellation));
            Assert.True(end is null or IOException, end?.ToString());
            return;
        }

        static async Task<HttpResponseMessage?> Begun(HttpClient script, string run)
        {
            try
            {
                return await script.GetAsync($"/api/v1/runs/{run}/events", HttpCompletionOption.ResponseHeadersRead, Cancellation);
            }
            catch (HttpRequestException)
            {
                return null;
            }
        }
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(400, true)]
    [InlineData(1, false)]
    public async Task AConnection_IsCutWhenWhatOpenedItExpires_HoweverFarThatIs(int days, bool expires)
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        (DefaultHttpContext context, AuthenticationProperties properties) = Connection("watcher " + Identifier.Create());
        if (expires) properties.ExpiresUtc = clock.GetUtcNow().AddDays(days);
        var open = new TaskCompletionSource();
        Task request = new SessionTracking(c => open.Task.WaitAsync(c.RequestAborted), site.Services.GetRequiredService<Sessions>(), clock).Invoke(context);
        clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        Assert.False(context.RequestAborted.IsCancellationRequested);
        // Nobody is connected for longer than a month.
        clock.Advance(TimeSpan.FromDays(expires && days == 1 ? 0 : 29) + TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
    }

    [Fact]
    public async Task AConnection_WhoseSignInEndedWhileItWasLookedAt_IsNotOpened()
    {
        Sessions sessions = site.Services.GetRequiredService<Sessions>();
        string session = "ended " + Identifier.Create();
        bool reached = false;
        Task Ask(DefaultHttpContext context) => new SessionTracking(_ =>
        {
            reached = true;
            return Task.CompletedTask;
        }, sessions, TimeProvider.System).Invoke(context);
        await Ask(Connection(session).Context);
        Assert.True(reached);

        reached = false;
        sessions.EndSession(session);
        DefaultHttpContext late = Connection(session).Context;
        await Ask(late);
        Assert.False(reached);
        Assert.True(late.RequestAborted.IsCancellationRequested);
    }

    // A hub's request as it is once the cookie has been found good.
    private static (DefaultHttpContext Context, AuthenticationProperties Properties) Connection(string session)
    {
        var properties = new AuthenticationProperties();
        properties.Items[SessionTracking.Item] = session;
        SessionTracking.Begin(properties, TimeProvider.System.GetUtcNow());
        var person = new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, "somebody")], "test"));
        var context = new DefaultHttpContext { User = person, Request = { Path = "/hubs/runs" } };
        context.Features.Set<Microsoft.AspNetCore.Http.Features.IHttpRequestLifetimeFeature>(new Lifetime());
        context.Features.Set<IAuthenticateResultFeature>(new Result { AuthenticateResult = AuthenticateResult.Success(new AuthenticationTicket(person, properties, "test")) });
        return (context, properties);
    }

    private async Task<HttpClient> With(Caller owner, TokenScope scope, TimeSpan lifetime, string name = "script")
    {
        (_, string text) = await Tokens.Create(owner, name, scope, lifetime);
        HttpClient client = site.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", text);
        return client;
    }

    private async Task<Caller> Find(string name)
    {
        Person person = (await site.Services.GetRequiredService<PeopleService>().List()).Single(p => p.Name == name);
        return new Caller(person.Id, person.Name, person.Role);
    }

    private sealed class Result : IAuthenticateResultFeature
    {
        public AuthenticateResult? AuthenticateResult { get; set; }
    }

    private sealed class Lifetime : Microsoft.AspNetCore.Http.Features.IHttpRequestLifetimeFeature
    {
        private readonly CancellationTokenSource _end = new();

        public Lifetime() => RequestAborted = _end.Token;

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => _end.Cancel();
    }
}
