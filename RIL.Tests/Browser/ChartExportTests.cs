using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RIL.Tests.Bench;
using RIL.Tests.Web;
using RIL.Tests.Web.Runs.Live;
using RIL.Web.Runs.Ingest;
using static Microsoft.Playwright.Assertions;
using static RIL.Tests.Browser.ChartPages;

namespace RIL.Tests.Browser;

/// <summary>What a chart gives away as a file holds every stored value of the range that is shown; what it tells as a table is of that range, and never older than it says.</summary>
public sealed class ChartExportTests(SiteFixture site, ChromiumFixture chromium)
{
    [Fact]
    public async Task TheSavedValues_AreAllOfThoseShown_HoweverManyAreDrawn()
    {
        using var folder = new TemporaryFolder();
        string run = (await site.Services.GetRequiredService<RunImport>().Import(RunFolders.Write(folder.Path, "long", 1, 20_000, value: step => step / 10.0), null, [])).Id;
        await using IBrowserContext window = await SignedIn(site, chromium);
        IPage page = await Chart(window, run, "loss");
        await Until(page, "chart.plot");
        await Expect(page.Locator(".chart-points")).ToContainTextAsync("of 20 000 points");
        string[] all = await Saved(page);
        Assert.Equal(Enumerable.Range(1, 20_000).Select(step => $"{step}={step / 10.0}"), all);

        await Set(page, "{ zoom: [4999.5, 14000] }");
        await Until(page, "chart.lines[0].detail");
        Assert.Equal(all[4999..14_000], await Saved(page));
    }

    [Fact]
    public async Task ValuesThatCannotBeSaved_AreSaid_AndTriedAgain()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 0; step <= 3; step++) await run.Step(step, tell: false);
        await using IBrowserContext window = await SignedIn(site, chromium);
        IPage page = await Chart(window, run, "reward");
        await Until(page, "chart.plot");
        await page.RouteAsync("**/metrics/series**", route => route.FulfillAsync(new() { Status = 500, ContentType = "application/problem+json", Body = """{"detail":"The disk is asleep."}""" }));
        await page.ClickAsync("[data-act=csv]");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("The values could not be saved: The disk is asleep. Try again");
        await page.UnrouteAllAsync();
        IDownload file = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("text=Try again"));
        Assert.Equal("reward.csv", file.SuggestedFilename);
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeHiddenAsync();
    }

    [Fact]
    public async Task TheTable_TellsOfTheZoomedRange_OfTheNewestValue_AndAgainAfterScrollingAway()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 0; step <= 20; step++) await run.Step(step, step == 10 ? double.NaN : step, tell: false);
        await using IBrowserContext window = await SignedIn(site, chromium);
        IPage page = await Chart(window, run, "reward");
        await page.EvaluateAsync("() => { customElements.get('metric-chart').tableEvery = 300; }");
        await Live(page);
        ILocator facts = page.Locator(".chart-table tbody tr").First.Locator("> *");
        await Expect(facts).ToHaveTextAsync(["reward", "21", "0 at step 0", "20 at step 20", "0 at step 0", "20 at step 20", "1"]);
        await Set(page, "{ zoom: [12, 15] }");
        await Expect(facts).ToHaveTextAsync(["reward", "4", "12 at step 12", "15 at step 15", "12 at step 12", "15 at step 15", "0"]);
        await Set(page, "{ zoom: null }");
        await Expect(facts).ToHaveTextAsync(["reward", "21", "0 at step 0", "20 at step 20", "0 at step 0", "20 at step 20", "1"]);

        // Two in a row: the second comes too soon to be told at once, and nothing comes after it.
        await run.Step(21);
        await Until(page, "chart.lines[0].lastStep === 21");
        await run.Step(22, -5);
        await Expect(facts).ToHaveTextAsync(["reward", "23", "0 at step 0", "−5 at step 22", "−5 at step 22", "21 at step 21", "1"]);

        await page.EvaluateAsync("() => { chart.unmount(); chart.mount(); }");
        await Expect(facts).ToHaveTextAsync(["reward", "23", "0 at step 0", "−5 at step 22", "−5 at step 22", "21 at step 21", "1"]);
    }

    private static async Task<string[]> Saved(IPage page)
    {
        IDownload csv = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("[data-act=csv]"));
        string[][] cells = [.. (await File.ReadAllLinesAsync(await csv.PathAsync(), TestContext.Current.CancellationToken)).Skip(1).Select(line => line.Split(','))];
        return [.. cells.Select(c => $"{c[3]}={c[6]}")];
    }
}
