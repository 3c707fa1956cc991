using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RIL.Web;
using RIL.Web.Accounts;

[assembly: AssemblyFixture(typeof(RIL.Tests.Web.SiteFixture))]

namespace RIL.Tests.Web;

/// <summary>The whole site on a port of its own with an empty storage folder, started once for all tests; three people with different rights are signed in through the real form.</summary>
public sealed partial class SiteFixture : IAsyncLifetime
{
    public const string Password = "a sentence nobody else has";

    private readonly TemporaryFolder _folder = new();
    private WebApplication _app = null!;

    /// <summary>Address of the site.</summary>
    public Uri Address { get; private set; } = null!;

    public IServiceProvider Services => _app.Services;

    /// <summary>The storage folder.</summary>
    public string Folder => _folder.Path;

    public HttpClient Anonymous { get; private set; } = null!;

    public HttpClient Viewer { get; private set; } = null!;

    public HttpClient Member { get; private set; } = null!;

    public HttpClient Administrator { get; private set; } = null!;

    public HttpClient As(UserRole role) => role switch { UserRole.Viewer => Viewer, UserRole.Member => Member, _ => Administrator };

    public async ValueTask InitializeAsync()
    {
        (_app, Address) = await Start(_folder.Path);
        Anonymous = Client();
        Administrator = await Join(UserRole.Administrator, "admin");
        Member = await Join(UserRole.Member, "mia");
        Viewer = await Join(UserRole.Viewer, "vera");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Starts a site of its own; settings are <c>Key:Name=value</c>.</summary>
    public static async Task<(WebApplication App, Uri Address)> Start(string folder, params string[] settings)
    {
        WebApplication app = await Site.Build(
        [
            "--urls=http://127.0.0.1:0", $"--contentRoot={Root()}", $"--Storage:Folder={folder}", "--Runs:Quickstart=false", "--Accounts:AttemptsPerMinute=1000",
            "--Logging:LogLevel:Default=Warning", "--DetailedErrors=true", .. settings.Select(s => "--" + s),
        ]);
        await app.StartAsync();
        return (app, new Uri(app.Urls.First()));
    }

    /// <summary>A client that keeps cookies and does not follow redirections.</summary>
    public HttpClient Client() => Client(Address);

    /// <summary>The same, of any site.</summary>
    public static HttpClient Client(Uri address) => new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = address };

    /// <summary>A person who came by an invitation, signed in.</summary>
    public Task<HttpClient> Join(UserRole role, string name) => Join(Services, Address, role, name);

    /// <summary>The same, of any site.</summary>
    public static async Task<HttpClient> Join(IServiceProvider services, Uri address, UserRole role, string name)
    {
        (_, string secret) = await services.GetRequiredService<InvitationService>().Create(role, null, null, TimeSpan.FromHours(1));
        HttpClient client = Client(address);
        HttpResponseMessage answer = await Post(client, $"/invite/{secret}", new() { ["Form.Name"] = name, ["Form.Password"] = Password, ["Form.Repeat"] = Password });
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return client;
    }

    /// <summary>Fills in the form of a page, antiforgery token included, and sends it.</summary>
    public static async Task<HttpResponseMessage> Post(HttpClient client, string page, Dictionary<string, string> values)
    {
        string html = await client.GetStringAsync(page);
        foreach (Match field in HiddenField().Matches(html)) values[field.Groups[1].Value] = WebUtility.HtmlDecode(field.Groups[2].Value);
        return await client.PostAsync(page, new FormUrlEncodedContent(values));
    }

    /// <summary>The folder of RIL.sln.</summary>
    public static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RIL.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("RIL.sln is not above the tests.");
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")]
    private static partial Regex HiddenField();
}
