using System.Text.Json;
using Microsoft.Playwright;
using RIL.Tests.Web;
using RIL.Tests.Web.Runs.Live;

namespace RIL.Tests.Browser;

/// <summary>A chart alone on a page, and what people do with it.</summary>
internal static class ChartPages
{
    public static async Task<IBrowserContext> SignedIn(SiteFixture site, ChromiumFixture chromium)
    {
        IBrowserContext window = await Visit.Window(chromium, site.Address, "vera");
        // Playwright cannot cut a web socket that is open; a test can, by its own handle.
        await window.AddInitScriptAsync("{ const sockets = []; const Socket = WebSocket; window.WebSocket = class extends Socket { constructor(...a) { super(...a); sockets.push(this); } }; window.cutConnection = () => sockets.filter(s => s.url.includes('/hubs/')).forEach(s => s.close()); }");
        return window;
    }

    /// <summary>The element on a page that has nothing else to do, one line a metric.</summary>
    public static Task<IPage> Chart(IBrowserContext window, LiveRun run, params string[] metrics) => Chart(window, run.Id, metrics);

    /// <inheritdoc cref="Chart(IBrowserContext, LiveRun, string[])"/>
    public static async Task<IPage> Chart(IBrowserContext window, string run, params string[] metrics)
    {
        IPage page = await window.NewPageAsync();
        await page.GotoAsync("/not-found");
        string options = JsonSerializer.Serialize(new
        {
            title = metrics[0], name = metrics[0], height = 200, x = "step", smoothing = 0, log = false, group = "test",
            series = metrics.Select((metric, i) => new { run, runName = "live", metric, label = metric, color = $"var(--series-{i})", dash = 0 }),
        });
        await page.EvaluateAsync(
            """
            options => {
              const chart = document.createElement('metric-chart');
              chart.style.setProperty('--plot-height', '200px');
              chart.setAttribute('options', options);
              document.body.prepend(chart);
              Object.assign(window, { chart, scale: name => chart.plot?.plot.scales[name] ?? {} });
            }
            """,
            options);
        return page;
    }

    public static async Task Live(IPage page) => await Until(page, "document.querySelector('.chart-live-live') && chart.plot");

    /// <summary>Waits until a condition holds in the page; says how its chart was where it does not.</summary>
    public static async Task Until(IPage page, string condition)
    {
        try
        {
            await page.WaitForFunctionAsync($"() => {condition}", null, new() { Timeout = 20_000 });
        }
        catch (TimeoutException)
        {
            Assert.Fail(condition + " :: " + await page.EvaluateAsync<string>("() => [document.readyState, customElements.get('metric-chart')?.name, chart.outerHTML, chart.mounted, chart.lines?.[0].loaded].join(' | ')"));
        }
    }

    public static async Task Frames(IPage page) => await page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");

    public static async Task Drag(IPage page, double from, double to)
    {
        LocatorBoundingBoxResult box = (await page.Locator(".u-over").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + (float)from * box.Width, box.Y + 40);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + (float)to * box.Width, box.Y + 60, new MouseMoveOptions { Steps = 5 });
        await page.Mouse.UpAsync();
    }

    /// <summary>Changes the chart's options as the page does.</summary>
    public static Task Set(IPage page, string options) => page.EvaluateAsync($"() => chart.setAttribute('options', JSON.stringify({{ ...JSON.parse(chart.getAttribute('options')), ...{options} }}))");
}
