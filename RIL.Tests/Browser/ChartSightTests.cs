using Microsoft.Playwright;
using RIL.Tests.Web;
using RIL.Tests.Web.Runs.Live;

namespace RIL.Tests.Browser;

/// <summary>A chart lets everything go when it is far out of view, and is there whenever it is in view.</summary>
public sealed class ChartSightTests(ChromiumFixture chromium, SiteFixture site)
{
    // A busy browser hands over several looks in one call, which a test cannot make it do: it calls what the browser would call.
    private const string Remember = "const Observer = IntersectionObserver; window.looks = {}; window.IntersectionObserver = class extends Observer { constructor(seen, options) { super(seen, options); window.looks[options?.rootMargin] = seen; } };";

    [Fact]
    public async Task AChartThatWentOutOfViewAndCameBack_WhileTheBrowserWasBusy_IsThere()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 0; step <= 3; step++) await run.Step(step, tell: false);
        await using IBrowserContext window = await ChartPages.SignedIn(site, chromium);
        await window.AddInitScriptAsync(Remember);
        IPage page = await ChartPages.Chart(window, run, "reward");
        await ChartPages.Live(page);

        await page.EvaluateAsync("() => { for (const look of Object.values(looks)) look([false, true].map(isIntersecting => ({ target: chart, isIntersecting }))); }");
        Assert.True(await page.EvaluateAsync<bool>("() => chart.mounted !== null"));

        await page.EvaluateAsync("() => { for (const look of Object.values(looks)) look([true, false].map(isIntersecting => ({ target: chart, isIntersecting }))); }");
        Assert.True(await page.EvaluateAsync<bool>("() => chart.mounted === null"));
    }

    [Fact]
    public async Task AChartThatIsPutElsewhereInThePage_KeepsWhatWasOpened_AndOneThatIsTakenOutLetsGo()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 0; step <= 3; step++) await run.Step(step, tell: false);
        await using IBrowserContext window = await ChartPages.SignedIn(site, chromium);
        IPage page = await ChartPages.Chart(window, run, "reward");
        await ChartPages.Live(page);
        await page.ClickAsync("[data-act=table]");
        // As the overview does when another chart comes before it.
        await page.EvaluateAsync("async () => { window.plot = chart.plot; chart.before(document.createElement('p')); chart.parentNode.append(chart); await Promise.resolve(); }");
        Assert.True(await page.EvaluateAsync<bool>("() => chart.plot === plot && chart.querySelector('[data-act=table]').ariaExpanded === 'true'"));
        await run.Step(4);
        await ChartPages.Until(page, "chart.querySelector('.chart-table').textContent.includes('step 4')");

        await page.EvaluateAsync("async () => { chart.remove(); await Promise.resolve(); }");
        Assert.True(await page.EvaluateAsync<bool>("() => chart.mounted === null"));
    }
}
