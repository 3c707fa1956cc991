using Microsoft.Playwright;
using RIL.Tests.Web;

namespace RIL.Tests.Browser;

/// <summary>A page of the site, signed in, that remembers what the browser complained about.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _window;
    private readonly List<string> _complaints = [];

    private Visit(IBrowserContext window, IPage page)
    {
        (_window, Page) = (window, page);
        page.Console += (_, message) => { if (message.Type is "error") _complaints.Add(message.Text); };
        page.PageError += (_, error) => _complaints.Add(error);
    }

    public IPage Page { get; }

    /// <summary>Errors in the browser's console so far.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>Opens a window and signs in through the form.</summary>
    public static async Task<Visit> As(ChromiumFixture chromium, Uri site, string name, string path = "/", int width = 1440, bool dark = false)
    {
        IBrowserContext window = await chromium.Window(site, dark, width);
        var visit = new Visit(window, await window.NewPageAsync());
        await visit.Page.GotoAsync("/sign-in");
        await visit.Page.FillAsync("input[name$='Name']", name);
        await visit.Page.FillAsync("input[type=password]", SiteFixture.Password);
        await visit.Page.ClickAsync("button[type=submit]");
        await visit.Page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal));
        await visit.Go(path);
        return visit;
    }

    /// <summary>Opens a page and waits until it has its connection, from which on keys and buttons work.</summary>
    public async Task Go(string path)
    {
        await Page.GotoAsync(path);
        await Page.Locator(".frame[data-live=true]").WaitForAsync();
        await Assertions.Expect(Page.Locator("h1").First).ToBeFocusedAsync();
    }

    public async ValueTask DisposeAsync() => await _window.CloseAsync();
}
