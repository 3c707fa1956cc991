using Microsoft.Playwright;
using RIL.Tests.Web;
using static Microsoft.Playwright.Assertions;

namespace RIL.Tests.Browser;

/// <summary>Account and People: a secret that is shown once can be taken along without a clipboard, and what was refused does not look done.</summary>
public sealed class AccountBrowserTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private OwnSite _site = null!;

    public async ValueTask InitializeAsync() => _site = await OwnSite.Start();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    // As on a plain http address, where navigator.clipboard does not exist.
    [Fact]
    public async Task ATokenThatCannotBeCopied_IsSelected_AndNotCalledCopied()
    {
        await using Visit visit = await Visit.As(chromium, _site.Address, "admin1", "/account");
        IPage page = visit.Page;
        await page.EvaluateAsync("() => { Object.defineProperty(navigator, 'clipboard', { value: undefined }); document.execCommand = () => false; }");
        await page.GetByRole(AriaRole.Button, new() { Name = "Name the first one" }).ClickAsync();
        await Expect(page.GetByLabel("What for")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("nightly");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a token" }).ClickAsync();
        ILocator token = page.Locator("[data-token]");
        await Expect(token).ToContainTextAsync("ril_");
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The text is selected");
        Assert.Equal(await token.InnerTextAsync(), await page.EvaluateAsync<string>("() => getSelection().toString().trim()"));
        await Expect(page.GetByText("Copied")).ToHaveCountAsync(0);
        await Expect(page.Locator("td[data-label=expires] time")).ToHaveTextAsync("in 30 days");
    }

    [Fact]
    public async Task ARoleThatIsRefused_IsNotShownAsIfItWereChanged()
    {
        await using Visit visit = await Visit.As(chromium, _site.Address, "admin1", "/users");
        ILocator role = visit.Page.GetByLabel("Role of admin1");
        await role.SelectOptionAsync("Viewer");
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await Expect(role).ToHaveValueAsync("Administrator");
    }
}
