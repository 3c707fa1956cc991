using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RIL.Web.Accounts;

namespace RIL.Tests.Web.Accounts;

/// <summary>Walks every endpoint the application has, so that one that is added and forgets who may use it fails here.</summary>
public sealed class EndpointWalkTests(SiteFixture site)
{
    // What whoever is not signed in may reach: the doors, the page of an address that is none, health without detail, the interface's description, the site's own files.
    private static readonly string[] Open =
        ["sign-in", "start/{Code}", "invite/{Code}", "not-found", "health", "openapi/{documentName}.json", "api/docs/{documentName?}", "api/docs/scalar.js", "api/docs/scalar.aspnetcore.js", "api/docs/favicon.svg"];

    // What a viewer may change: only what is the viewer's own.
    private static readonly string[] OwnChanges = ["sign-out", "account/password"];

    // What is for administrators alone.
    private static readonly string[] Administration = ["users", "hangfire", "api/v1/system"];

    // What only members and administrators may look at.
    private static readonly string[] ForMembers = ["api/v1/datasets/uploads/{upload}/problems.jsonl", "api/v1/system/database/backup", "datasets/upload", "hangfire/{**path}", "runs/new", "teachers/upload", "users"];

    [Fact]
    public async Task WhoeverIsNotSignedIn_ReachesNothingButTheDoors()
    {
        var failures = new StringBuilder();
        int walked = 0;
        foreach ((RouteEndpoint endpoint, string path, string method) in Endpoints())
        {
            string pattern = Pattern(endpoint);
            if (Open.Contains(pattern) || IsFile(endpoint)) continue;
            walked++;
            HttpResponseMessage answer = await Ask(site.Anonymous, method, path);
            bool refused = answer.StatusCode == HttpStatusCode.Unauthorized || (answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location!.PathAndQuery.StartsWith("/sign-in?", StringComparison.Ordinal));
            if (!refused) failures.AppendLine($"{method} /{pattern}: {(int)answer.StatusCode}");
        }
        Assert.True(failures.Length == 0, failures.ToString());
        Assert.True(walked > 60, $"{walked} endpoints were walked.");
    }

    [Fact]
    public void WhatIsOpenToAnybody_IsListedHere()
    {
        string[] open = [.. Endpoints().Where(e => e.Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null && !IsFile(e.Endpoint)).Select(e => Pattern(e.Endpoint)).Distinct()];
        Assert.Empty(open.Except(Open));
    }

    [Fact]
    public async Task AViewer_ChangesNothing()
    {
        var failures = new StringBuilder();
        int walked = 0;
        foreach ((RouteEndpoint endpoint, string path, string method) in Endpoints())
        {
            string pattern = Pattern(endpoint);
            if (method is "GET" or "HEAD" || IsFile(endpoint) || OwnChanges.Contains(pattern) || IsFramework(pattern) || Open.Contains(pattern) || IsPage(endpoint)) continue;
            walked++;
            HttpResponseMessage answer = await Ask(site.Viewer, method, path);
            if (answer.StatusCode != HttpStatusCode.Forbidden) failures.AppendLine($"{method} /{pattern}: {(int)answer.StatusCode}");
        }
        Assert.True(failures.Length == 0, failures.ToString());
        Assert.True(walked > 12, $"{walked} endpoints were walked.");
    }

    [Fact]
    public async Task AMember_ReachesNothingOfAdministration()
    {
        var failures = new StringBuilder();
        int walked = 0;
        foreach ((RouteEndpoint endpoint, string path, string method) in Endpoints())
        {
            string pattern = Pattern(endpoint);
            if (!Administration.Any(a => pattern == a || pattern.StartsWith(a + "/", StringComparison.Ordinal)) || (pattern.StartsWith("api/", StringComparison.Ordinal) && method == "GET" && !pattern.Contains("backup", StringComparison.Ordinal))) continue;
            walked++;
            HttpResponseMessage answer = await Ask(site.Member, method, path);
            if (answer.StatusCode != HttpStatusCode.Forbidden) failures.AppendLine($"{method} /{pattern}: {(int)answer.StatusCode}");
        }
        Assert.True(failures.Length == 0, failures.ToString());
        Assert.True(walked > 0);
    }

    [Fact]
    public async Task AViewer_OpensEveryPageButThoseWhereThingsAreChanged()
    {
        var forbidden = new SortedSet<string>(StringComparer.Ordinal);
        foreach ((RouteEndpoint endpoint, string path, string method) in Endpoints())
        {
            string pattern = Pattern(endpoint);
            if (method != "GET" || IsFile(endpoint) || IsFramework(pattern) || Open.Contains(pattern)) continue;
            HttpResponseMessage answer = await Ask(site.Viewer, method, path);
            Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound or HttpStatusCode.Forbidden or HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest, $"GET /{pattern}: {(int)answer.StatusCode}");
            if (answer.StatusCode == HttpStatusCode.Forbidden) forbidden.Add(pattern);
        }
        Assert.Equal(string.Join('\n', ForMembers), string.Join('\n', forbidden));
    }

    [Fact]
    public async Task AToken_OpensRestAndHubsAlone()
    {
        using HttpClient client = await WithToken(TokenScope.Admin);
        var failures = new StringBuilder();
        int walked = 0;
        foreach ((RouteEndpoint endpoint, string path, string method) in Endpoints())
        {
            string pattern = Pattern(endpoint);
            if (Open.Contains(pattern) || IsFile(endpoint) || pattern.StartsWith("api/", StringComparison.Ordinal) || pattern.StartsWith("hubs/", StringComparison.Ordinal)) continue;
            walked++;
            HttpResponseMessage answer = await Ask(client, method, path);
            bool refused = answer.StatusCode == HttpStatusCode.Unauthorized || (answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location!.PathAndQuery.StartsWith("/sign-in?", StringComparison.Ordinal));
            if (!refused) failures.AppendLine($"{method} /{pattern}: {(int)answer.StatusCode}");
        }
        Assert.True(failures.Length == 0, failures.ToString());
        Assert.True(walked > 25, $"{walked} endpoints were walked.");
    }

    [Theory]
    [InlineData(TokenScope.Read)]
    [InlineData(TokenScope.Write)]
    public async Task AnAdministratorsToken_MayNoMoreThanItsScope(TokenScope scope)
    {
        using HttpClient client = await WithToken(scope);
        var failures = new StringBuilder();
        int walked = 0;
        foreach ((RouteEndpoint endpoint, string path, string method) in Endpoints())
        {
            string pattern = Pattern(endpoint);
            if (!pattern.StartsWith("api/v1/", StringComparison.Ordinal)) continue;
            bool administration = pattern.StartsWith("api/v1/system/", StringComparison.Ordinal) && (method != "GET" || pattern.EndsWith("backup", StringComparison.Ordinal));
            if (!administration && (method == "GET" || scope != TokenScope.Read)) continue;
            walked++;
            HttpResponseMessage answer = await Ask(client, method, path);
            if (answer.StatusCode != HttpStatusCode.Forbidden) failures.AppendLine($"{method} /{pattern}: {(int)answer.StatusCode}");
        }
        Assert.True(failures.Length == 0, failures.ToString());
        Assert.True(walked >= (scope == TokenScope.Read ? 20 : 5), $"{walked} endpoints were walked.");
    }

    private async Task<HttpClient> WithToken(TokenScope scope)
    {
        Person admin = (await site.Services.GetRequiredService<PeopleService>().List()).First(p => p.Name == "admin");
        (_, string text) = await site.Services.GetRequiredService<TokenService>().Create(new Caller(admin.Id, admin.Name, admin.Role), "walk", scope, TimeSpan.FromHours(1));
        HttpClient client = site.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", text);
        return client;
    }

    // Every route with every method it answers; identifiers that nothing has.
    private IEnumerable<(RouteEndpoint Endpoint, string Path, string Method)> Endpoints()
    {
        foreach (RouteEndpoint endpoint in site.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            string path = "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(s => string.Concat(s.Parts.Select(p => p switch
            {
                Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
                Microsoft.AspNetCore.Routing.Patterns.RoutePatternSeparatorPart separator => separator.Content,
                Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart { Name: "action" } => "stop",
                Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart parameter when parameter.ParameterPolicies.Any(p => p.Content is "int" or "long") => "1",
                _ => "abcdefghjk",
            }))));
            foreach (string method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods is { Count: > 0 } methods ? methods : ["GET", "POST"]) yield return (endpoint, path, method);
        }
    }

    private static async Task<HttpResponseMessage> Ask(HttpClient client, string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method is "POST" or "PUT" or "PATCH") request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    private static string Pattern(RouteEndpoint endpoint) => (endpoint.RoutePattern.RawText ?? "").Trim('/');

    private static bool IsPage(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Components.Endpoints.ComponentTypeMetadata>() is not null;

    private static bool IsFramework(string pattern) => pattern.StartsWith("_blazor", StringComparison.Ordinal) || pattern.StartsWith("hubs/", StringComparison.Ordinal) || pattern.StartsWith("_framework", StringComparison.Ordinal);

    // The site's own scripts, styles, fonts: the same for everybody.
    private static bool IsFile(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.StaticAssets.StaticAssetDescriptor>() is not null || Pattern(endpoint).StartsWith("_framework/", StringComparison.Ordinal) || Pattern(endpoint).StartsWith("_content/", StringComparison.Ordinal);
}
