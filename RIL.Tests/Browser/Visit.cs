using System.Text.RegularExpressions;
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
        await SignIn(visit.Page, name);
        await visit.Go(path);
        return visit;
    }

    /// <summary>A window without a page in which somebody is signed in.</summary>
    public static async Task<IBrowserContext> Window(ChromiumFixture chromium, Uri site, string name, bool dark = false, int width = 1440)
    {
        IBrowserContext window = await chromium.Window(site, dark, width);
        IPage page = await window.NewPageAsync();
        await page.GotoAsync("/sign-in");
        await SignIn(page, name);
        await page.CloseAsync();
        return window;
    }

    /// <summary>Fills in the form of the page to sign in, and waits until it has led on.</summary>
    public static async Task SignIn(IPage page, string name)
    {
        await page.FillAsync("#name", name);
        await page.FillAsync("#password", SiteFixture.Password);
        await page.ClickAsync("button[type=submit]");
        await Assertions.Expect(page).Not.ToHaveURLAsync(new Regex("/sign-in"));
    }

    /// <summary>Waits until the address holds this text, however it is escaped there; with <paramref name="end"/> at its end. (Waiting for a navigation misses one that is over too soon.)</summary>
    public static Task IsAt(IPage page, string part, bool end = false, float? timeout = null) => Assertions.Expect(page).ToHaveURLAsync(
        new Regex(string.Concat(part.Select(c => char.IsAsciiLetterOrDigit(c) ? $"{c}" : $@"(?:\x{(int)c:X2}|%{(int)c:X2})")) + (end ? "$" : "")), new() { Timeout = timeout });

    /// <summary>Opens a page and waits until it has its connection, from which on keys and buttons work.</summary>
    public async Task Go(string path)
    {
        await Page.GotoAsync(path);
        await Answers(Page);
        await Assertions.Expect(Page.Locator("h1").First).ToBeFocusedAsync();
    }

    /// <summary>Waits until a page has its connection.</summary>
    public static Task Answers(IPage page) => page.Locator(".frame[data-live=true]").WaitForAsync();

    public async ValueTask DisposeAsync() => await _window.CloseAsync();
}
