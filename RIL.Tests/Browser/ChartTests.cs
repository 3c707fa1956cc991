using Microsoft.Playwright;
using RIL.Tests.Web;
using RIL.Tests.Web.Runs.Live;
using static RIL.Tests.Browser.ChartPages;

namespace RIL.Tests.Browser;

/// <summary>A chart in a real browser, reading a real run over HTTP and the hub.</summary>
public sealed class ChartTests(SiteFixture site, ChromiumFixture chromium)
{
    [Fact]
    public async Task ALiveUpdate_ExtendsTheChart_AndNeverMovesTheZoom()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 0; step <= 40; step++) await run.Step(step, tell: false);
        await using IBrowserContext window = await SignedIn(site, chromium);
        IPage page = await Chart(window, run, "reward");
        await Until(page, "scale('x').max === 40");
        await run.Step(41);
        await Until(page, "scale('x').max === 41");

        await Drag(page, 0.25, 0.75);
        await Until(page, "scale('x').min > 5 && scale('x').max < 35");
        string zoomed = await page.EvaluateAsync<string>("() => JSON.stringify([scale('x').min, scale('x').max])");
        await run.Step(42);
        await run.Step(43, 500);
        await Until(page, "chart.lines[0].lastStep === 43");
        await Frames(page);
        Assert.Equal(zoomed, await page.EvaluateAsync<string>("() => JSON.stringify([scale('x').min, scale('x').max])"));

        await page.DblClickAsync(".u-over");
        await Until(page, "scale('x').max === 43 && scale('y').max >= 500");
    }

    [Fact]
    public async Task AValueThatIsNotANumber_IsAGapWithAMark()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 0; step <= 10; step++) await run.Step(step, step == 5 ? double.NaN : step, tell: false);
        await using IBrowserContext window = await SignedIn(site, chromium);
        IPage page = await Chart(window, run, "reward");
        await Until(page, "chart.plot");
        Assert.Equal("[3,4,null,6,7]", await page.EvaluateAsync<string>("() => JSON.stringify(chart.view()[0].raw.slice(3, 8))"));
        Assert.Equal("[{\"step\":5,\"count\":1}]", await page.EvaluateAsync<string>("() => JSON.stringify(chart.view()[0].points.nan)"));
        Assert.Contains("not a number", await page.InnerTextAsync(".chart-table thead"), StringComparison.Ordinal);
        Assert.Equal("1", (await page.Locator(".chart-table tbody td").AllInnerTextsAsync())[^1]);
        // A cross at the foot of the plot, at this step and no other.
        string foot =
            """
            async () => {
              const canvas = document.querySelector('canvas'), over = document.querySelector('.u-over').getBoundingClientRect(), place = canvas.getBoundingClientRect(), scale = canvas.width / place.width;
              return [4, 5, 6].map(step => {
                const x = Math.round((over.left - place.left + over.width * step / 10) * scale), y = Math.round((over.bottom - place.top) * scale);
                const pixels = canvas.getContext('2d').getImageData(x - 4, y - 10, 9, 9).data;
                let colored = 0;
                for (let i = 0; i < pixels.length; i += 4) if (pixels[i + 3] > 200 && pixels[i + 2] - pixels[i] > 100) colored++;
                return colored > 5;
              }).join();
            }
            """;
        Assert.Equal("false,true,false", await page.EvaluateAsync<string>(foot));
    }

    [Fact]
    public async Task ARewind_TakesBackWhatIsVoid()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 0; step <= 8; step++) await run.Step(step, tell: false);
        await using IBrowserContext window = await SignedIn(site, chromium);
        IPage page = await Chart(window, run, "reward");
        await Live(page);
        await run.Step(9);
        await Until(page, "chart.lines[0].lastStep === 9");
        await run.RewindTo(4);
        await Until(page, "chart.lines[0].lastStep === 4");
        await run.Step(5, 50);
        await Until(page, "chart.view()[0].raw.at(-1) === 50");
        Assert.Equal("[0,1,2,3,4,5]", await page.EvaluateAsync<string>("() => JSON.stringify(chart.view()[0].points.steps)"));
    }

    [Fact]
    public async Task Lines_CanBeHidden_AndTheTableSaysWhatThePictureShows()
    {
        LiveRun run = await LiveRun.Create(site, "reward", "loss");
        for (int step = 0; step <= 6; step++) await run.Step(step, step + 0.5, tell: false);
        await using IBrowserContext window = await SignedIn(site, chromium);
        IPage page = await Chart(window, run, "reward", "loss");
        await Until(page, "chart.plot");
        await page.ClickAsync(".chart-item >> nth=0");
        Assert.Equal("false", await page.GetAttributeAsync(".chart-item >> nth=0", "aria-pressed"));
        Assert.Equal("[false,true]", await page.EvaluateAsync<string>("() => JSON.stringify([chart.plot.plot.series[1].show, chart.plot.plot.series[3].show])"));
        // The summary is there for screen readers before anybody asks for it.
        ILocator table = page.Locator(".chart-table table");
        Assert.Contains("6.5 at step 6", await table.First.InnerTextAsync(), StringComparison.Ordinal);
        await page.ClickAsync("[data-act=table]");
        Assert.Equal(2, await table.CountAsync());
        Assert.Equal(7, await table.Last.Locator("tbody tr").CountAsync());
        Assert.True(await page.Locator(".chart-table").IsVisibleAsync());
    }

    [Fact]
    public async Task ALostConnection_IsSaid_AndTheGapIsFilledAfterwards()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 0; step <= 5; step++) await run.Step(step, tell: false);
        await using IBrowserContext window = await SignedIn(site, chromium);
        IPage page = await Chart(window, run, "reward");
        await Live(page);
        await run.Step(6);
        await Until(page, "chart.lines[0].lastStep === 6");
        await window.SetOfflineAsync(true);
        await page.EvaluateAsync("() => cutConnection()");
        await Until(page, "/stale since/.test(document.querySelector('.chart-live').textContent)");
        for (int step = 7; step <= 9; step++) await run.Step(step);
        await window.SetOfflineAsync(false);
        await Until(page, "chart.lines[0].lastStep === 9");
        Assert.Equal("[0,1,2,3,4,5,6,7,8,9]", await page.EvaluateAsync<string>("() => JSON.stringify(chart.view()[0].points.steps)"));
    }

    [Fact]
    public async Task ValuesAndPicture_CanBeSaved()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 0; step <= 3; step++) await run.Step(step, tell: false);
        await using IBrowserContext window = await SignedIn(site, chromium);
        IPage page = await Chart(window, run, "reward");
        await Until(page, "chart.plot");
        IDownload csv = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("[data-act=csv]"));
        Assert.Equal("reward.csv", csv.SuggestedFilename);
        string[] lines = await File.ReadAllLinesAsync(await csv.PathAsync(), TestContext.Current.CancellationToken);
        Assert.Equal(["run,run_id,metric,step,time,tokens,value", $"live,{run.Id},reward,0,2023-11-14T22:13:20.000Z,0,0"], lines[..2]);
        Assert.Equal(5, lines.Length);
        IDownload picture = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("[data-act=png]"));
        byte[] png = await File.ReadAllBytesAsync(await picture.PathAsync(), TestContext.Current.CancellationToken);
        Assert.Equal("PNG", System.Text.Encoding.ASCII.GetString(png, 1, 3));
    }
}
