using Microsoft.Playwright;
using RIL.Tests.Web;
using RIL.Tests.Web.Runs.Live;

namespace RIL.Tests.Browser;

/// <summary>Colours change under the reader's eyes: nothing is loaded again, nothing that was typed is lost, and charts follow.</summary>
public sealed class ThemeBrowserTests(SiteFixture site, ChromiumFixture chromium)
{
    private const string Light = "#ffffff", Dark = "#181c21";

    [Fact]
    public async Task TheThemeOfTheSystem_TheButton_AndThePalette_SwitchColoursWithoutANewPage()
    {
        await using Visit visit = await Visit.As(chromium, site.Address, "vera", "/runs");
        IPage page = visit.Page;
        await page.Context.AddCookiesAsync([new Cookie { Name = "ril-theme", Value = "system", Url = site.Address.ToString() }]);
        await visit.Go("/runs");
        await page.EvaluateAsync("() => { window.mark = 'the same page'; }");
        await page.FillAsync("#filter", "half a filt");
        await Shown(page, "light", Light);

        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await Shown(page, "dark", Dark);
        await page.ClickAsync("[data-theme-switch]");
        await Shown(page, "light", Light);
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("theme: dark");
        await page.Keyboard.PressAsync("Enter");
        await Shown(page, "dark", Dark);

        Assert.Equal("the same page", await page.EvaluateAsync<string>("() => window.mark"));
        Assert.Equal("half a filt", await page.InputValueAsync("#filter"));
        await page.ReloadAsync();
        await Shown(page, "dark", Dark);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task AChart_IsDrawnAnewInTheColoursOfTheTheme()
    {
        LiveRun run = await LiveRun.Create(site, "loss");
        for (int step = 1; step < 4; step++) await run.Step(step);
        await using IBrowserContext window = await ChartPages.SignedIn(site, chromium);
        IPage page = await ChartPages.Chart(window, run, "loss");
        const string Line = "chart.plot?.plot.series[1]._stroke";
        string light = await Series(page);
        await ChartPages.Until(page, $"{Line} === '{light}'");
        await page.EvaluateAsync("() => rilTheme.choose('dark')");
        string dark = await Series(page);
        Assert.NotEqual(light, dark);
        await ChartPages.Until(page, $"{Line} === '{dark}'");
    }

    // The first colour of lines as the theme has it.
    private static Task<string> Series(IPage page) => page.EvaluateAsync<string>(
        "() => { const mark = document.body.appendChild(document.createElement('i')); mark.style.color = 'var(--series-0)'; const color = getComputedStyle(mark).color; mark.remove(); return color; }");

    private static async Task Shown(IPage page, string theme, string surface)
    {
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", theme);
        // MudBlazor's colours and those of site.css are switched by the same attribute.
        string both = await page.EvaluateAsync<string>("() => ['--mud-palette-surface', '--surface'].map(name => getComputedStyle(document.documentElement).getPropertyValue(name).trim()).map(c => c.startsWith('rgba') ? '#' + c.match(/\\d+/g).slice(0, 3).map(n => Number(n).toString(16).padStart(2, '0')).join('') : c.slice(0, 7)).join(' ')");
        Assert.Equal($"{surface} {surface}", both);
    }
}
