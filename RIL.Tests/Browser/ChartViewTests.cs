using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RIL.Tests.Bench;
using RIL.Tests.Web;
using RIL.Tests.Web.Runs.Live;
using RIL.Web.Runs.Ingest;
using static Microsoft.Playwright.Assertions;
using static RIL.Tests.Browser.ChartPages;

namespace RIL.Tests.Browser;

/// <summary>What a chart shows of many values, along which axis, and how it is held.</summary>
public sealed class ChartViewTests(SiteFixture site, ChromiumFixture chromium)
{
    [Fact]
    public async Task ALoneSpikeAmongManyValues_IsDrawn_AndZoomingInReadsAllOfThem()
    {
        using var folder = new TemporaryFolder();
        string run = (await site.Services.GetRequiredService<RunImport>().Import(RunFolders.Write(folder.Path, "spike", 1, 20_000, value: step => step == 12_345 ? 1000 : 1), null, [])).Id;
        await using IBrowserContext window = await SignedIn(site, chromium);
        IPage page = await Chart(window, run, "loss");
        await Until(page, "chart.plot");
        Assert.Matches("^[0-9\u202f]+ of 20\u202f000 points$", await page.InnerTextAsync(".chart-points"));
        Assert.True(await page.EvaluateAsync<bool>("() => chart.view()[0].raw[chart.view()[0].points.steps.indexOf(12345)] === 1000 && scale('y').max >= 1000"));

        await Drag(page, 0.6, 0.64);
        await Until(page, "chart.lines[0].detail?.reduced === false && chart.lines[0].detail.steps.length > 700");
        await Until(page, "document.querySelector('.chart-points').textContent === ''");
        Assert.True(await page.EvaluateAsync<bool>("() => scale('y').max >= 1000 && scale('x').max - scale('x').min < 1000"));
        await page.ClickAsync("[data-act=reset]");
        await Until(page, "scale('x').min === 1 && scale('x').max === 20000");
    }

    [Fact]
    public async Task StepTimeAndTokens_AreAxes_AndTheVerticalOneMayBeLogarithmic()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        run.SecondsAStep = 10;
        for (int step = 0; step <= 4; step++) await run.Step(step, step * 10, tell: false);
        await using IBrowserContext window = await SignedIn(site, chromium);
        IPage page = await Chart(window, run, "reward");
        await Until(page, "scale('x').max === 4");
        await Set(page, "{ x: 'time' }");
        await page.ClickAsync("[data-act=table]");
        ILocator steps = page.Locator(".chart-table table").Last.Locator("tr > :first-child");
        await Expect(steps).ToHaveTextAsync(["time", "0 s", "10 s", "20 s", "30 s", "40 s"]);
        await Set(page, "{ x: 'tokens' }");
        await Expect(steps).ToHaveTextAsync(["tokens", "0", "100", "200", "300", "400"]);
        await Set(page, "{ x: 'step', log: true }");
        await Until(page, "scale('y').distr === 3");
        Assert.Equal("1 not above 0", await page.InnerTextAsync(".chart-points"));
    }

    [Fact]
    public async Task Smoothing_DrawsAnEvenLine_AndLeavesTheValuesBehindIt()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 0; step <= 3; step++) await run.Step(step, step % 2, tell: false);
        await using IBrowserContext window = await SignedIn(site, chromium);
        IPage page = await Chart(window, run, "reward");
        await Until(page, "chart.plot");
        await Set(page, "{ smoothing: 0.5 }");
        await Until(page, "chart.view()[0].smooth !== null && chart.plot.plot.data[2][3] > 0");
        // The mean of 0, 1, 0, 1 with weights 1/8, 1/4, 1/2, 1 from the first to the last, over their sum.
        Assert.Equal("[0,0.6667,0.2857,0.6667]", await page.EvaluateAsync<string>("() => JSON.stringify(chart.plot.plot.data[2].map(v => Math.round(v * 1e4) / 1e4))"));
        Assert.Equal("[0,1,0,1]", await page.EvaluateAsync<string>("() => JSON.stringify(chart.plot.plot.data[1])"));
    }

    [Fact]
    public async Task ASmoothedSpike_IsAsHighAsItsValuesMakeIt_AtAnyWidthAndZoom()
    {
        using var folder = new TemporaryFolder();
        string run = (await site.Services.GetRequiredService<RunImport>().Import(RunFolders.Write(folder.Path, "spike", 1, 20_000, value: step => step == 12_345 ? 1000 : 1), null, [])).Id;
        await using IBrowserContext window = await SignedIn(site, chromium);
        foreach (int width in (int[])[1440, 400])
        {
            IPage page = await Chart(window, run, "loss");
            await page.SetViewportSizeAsync(width, 900);
            await Until(page, "chart.plot");
            await Set(page, "{ smoothing: 0.9 }");
            string peak = "Math.abs(Math.max(...(chart.view()[0].smooth ?? [0])) - 100.9) < 0.001";
            await Until(page, peak);
            await Set(page, "{ smoothing: 0.9, zoom: [12300, 12400] }");
            await Until(page, "chart.lines[0].detail?.reduced === false && " + peak);
            await page.CloseAsync();
        }
    }

    [Fact]
    public async Task TheCursorOfOneChart_IsTheCursorOfAll()
    {
        LiveRun run = await LiveRun.Create(site, "reward", "loss");
        for (int step = 0; step <= 10; step++) await run.Step(step, step, tell: false);
        await using IBrowserContext window = await SignedIn(site, chromium);
        IPage page = await Chart(window, run, "reward");
        await page.EvaluateAsync("() => { const other = chart.cloneNode(); other.setAttribute('options', other.getAttribute('options').replaceAll('reward', 'loss')); chart.after(other); window.other = other; }");
        await Until(page, "chart.plot && other.plot");
        LocatorBoundingBoxResult box = (await page.Locator(".u-over").First.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + box.Width / 2, box.Y + 30);
        await Expect(page.Locator(".chart-at")).ToHaveTextAsync(["step 5", "step 5"]);
        await Expect(page.Locator(".chart-value")).ToHaveTextAsync(["5", "5"]);
    }
}
