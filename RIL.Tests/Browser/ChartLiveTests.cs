using Microsoft.Playwright;
using RIL.Tests.Web;
using RIL.Tests.Web.Runs.Live;
using static Microsoft.Playwright.Assertions;
using static RIL.Tests.Browser.ChartPages;

namespace RIL.Tests.Browser;

/// <summary>What comes live into a chart that somebody holds, zooms, or reads while it comes: nothing is shown that is void, and nothing is missing.</summary>
public sealed class ChartLiveTests(SiteFixture site, ChromiumFixture chromium)
{
    private const string Badge = "run => { const badge = document.createElement('live-badge'); badge.setAttribute('runs', run); document.body.prepend(badge); }";

    [Fact]
    public async Task WhoPauses_SeesNothingNew_AndAllOfItAfterwards_WhateverBecomesOfTheConnection()
    {
        (LiveRun run, IBrowserContext window, IPage page) = await Watched(4);
        await using IBrowserContext _ = window;
        await page.EvaluateAsync(Badge, run.Id);
        ILocator badge = page.Locator(".live-badge");
        await Expect(badge).ToHaveTextAsync("live");
        await badge.ClickAsync();
        await Expect(badge).ToContainTextAsync("paused since");
        await run.Step(4);
        await run.Step(5);
        await page.EvaluateAsync("() => { window.states = []; return import('/js/live.js').then(live => live.onLink(link => states.push(link.state))); }");
        await page.EvaluateAsync("() => cutConnection()");
        await Until(page, "states.join().endsWith('stale,live')");
        await run.Step(6);
        await Frames(page);
        await Expect(badge).ToContainTextAsync("paused since");
        Assert.Equal(3, await page.EvaluateAsync<int>("() => chart.lines[0].lastStep"));
        await badge.ClickAsync();
        await Shows(page, 0, 1, 2, 3, 4, 5, 6);
        await Expect(badge).ToHaveTextAsync("live");
    }

    [Fact]
    public async Task APause_EndsWithTheLastBadge()
    {
        (LiveRun run, IBrowserContext window, IPage page) = await Watched(4);
        await using IBrowserContext _ = window;
        await page.EvaluateAsync(Badge, run.Id);
        await Expect(page.Locator(".live-badge")).ToHaveTextAsync("live");
        await page.ClickAsync(".live-badge");
        await run.Step(4);
        await page.EvaluateAsync("() => document.querySelector('live-badge').remove()");
        await Shows(page, 0, 1, 2, 3, 4);
    }

    [Fact]
    public async Task ABadge_SpeaksOfTheRunsThatItIsGiven()
    {
        (LiveRun run, IBrowserContext window, IPage page) = await Watched(4);
        await using IBrowserContext _ = window;
        LiveRun over = await LiveRun.Create(site, "reward");
        await over.End();
        await page.EvaluateAsync(Badge, run.Id);
        await Expect(page.Locator(".live-badge")).ToHaveTextAsync("live");
        await page.EvaluateAsync("run => document.querySelector('live-badge').setAttribute('runs', run)", over.Id);
        await Expect(page.Locator(".live-badge")).ToHaveTextAsync("ended");
    }

    [Fact]
    public async Task ASubscriptionThatTheSiteRefuses_IsTriedAgain_AndNothingIsMissing()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 0; step <= 3; step++) await run.Step(step, tell: false);
        await using IBrowserContext window = await SignedIn(site, chromium);
        await window.AddInitScriptAsync("addEventListener('load', async () => { await (await import('/js/load.js')).loadScript('/lib/signalr/signalr.min.js'); const hub = signalR.HubConnection.prototype, invoke = hub.invoke; window.refused = 0; hub.invoke = function (name, ...rest) { return name === 'Subscribe' && refused < 2 ? (refused++, Promise.reject(new Error('the site failed'))) : invoke.call(this, name, ...rest); }; });");
        IPage page = await Chart(window, run, "reward");
        await Until(page, "window.refused === 2");
        await Until(page, "document.querySelector('.chart-live-live')");
        await run.Step(4);
        await Shows(page, 0, 1, 2, 3, 4);
    }

    [Fact]
    public async Task ARewind_WhileHistoryIsOnItsWay_LeavesNothingVoid_AndTakesNothingNew()
    {
        (LiveRun run, IBrowserContext window, IPage page) = await Watched(9);
        await using IBrowserContext _ = window;
        var answered = new TaskCompletionSource();
        var released = new TaskCompletionSource();
        await page.RouteAsync("**/metrics/series**", async route =>
        {
            IAPIResponse answer = await route.FetchAsync();
            answered.TrySetResult();
            await released.Task;
            await route.FulfillAsync(new() { Response = answer });
        });
        // A second chart, wider than one that was read a moment ago: it asks for itself.
        await page.EvaluateAsync("() => { const other = chart.cloneNode(); other.style.width = '500px'; chart.after(other); window.other = other; }");
        await answered.Task;
        await run.RewindTo(4);
        await run.Step(5, 50);
        await Shows(page, 0, 1, 2, 3, 4, 5);
        released.SetResult();
        await Until(page, "other.plot");
        Assert.Equal("[0,1,2,3,4,50]", await page.EvaluateAsync<string>("() => JSON.stringify(other.view()[0].raw)"));
    }

    [Fact]
    public async Task ARewind_BetweenHistoryAndTheFirstNews_LeavesNothingVoid()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 0; step <= 8; step++) await run.Step(step, tell: false);
        await using IBrowserContext window = await SignedIn(site, chromium);
        var released = new TaskCompletionSource();
        await window.RouteAsync("**/hubs/runs/negotiate**", async route =>
        {
            await released.Task;
            await route.ContinueAsync();
        });
        IPage page = await Chart(window, run, "reward");
        await Shows(page, 0, 1, 2, 3, 4, 5, 6, 7, 8);
        await run.RewindTo(4);
        await run.Step(5, 50);
        released.SetResult();
        await Shows(page, 0, 1, 2, 3, 4, 5);
        Assert.Equal(50, await page.EvaluateAsync<double>("() => chart.view()[0].raw.at(-1)"));
    }

    [Fact]
    public async Task AChartThatIsDrawnAnewAfterARewind_DoesNotShowWhatWasKeptBeforeIt()
    {
        (LiveRun run, IBrowserContext window, IPage page) = await Watched(9);
        await using IBrowserContext _ = window;
        await run.RewindTo(4);
        await Shows(page, 0, 1, 2, 3, 4);
        await page.EvaluateAsync("() => { chart.unmount(); chart.mount(); }");
        await Shows(page, 0, 1, 2, 3, 4);
    }

    [Fact]
    public async Task WhatIsZoomed_StaysExact_WhenLiveValuesAreReducedMeanwhile()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        await run.Store(2000);
        await using IBrowserContext window = await SignedIn(site, chromium);
        IPage page = await Chart(window, run, "reward");
        await page.EvaluateAsync("() => { chart.style.width = '220px'; chart.unmount(); chart.mount(); customElements.get('metric-chart').mostLive = 20; }");
        await Live(page);
        await Set(page, "{ zoom: [1900, 2050] }");
        await Until(page, "chart.lines[0].base.reduced && chart.lines[0].detail?.reduced === false");
        for (int step = 2000; step < 2030; step++) await run.Step(step);
        await Until(page, "chart.lines[0].base.steps.at(-1) > 2019 && chart.lines[0].lastStep === 2029");
        await Until(page, "JSON.stringify(chart.view()[0].xs.filter(x => x >= 1900)) === JSON.stringify(Array.from({ length: 130 }, (_, i) => 1900 + i))");
    }

    [Fact]
    public async Task HistoryThatCannotBeReadAgain_LeavesTheChartAsItIs_AndIsSaid()
    {
        (LiveRun run, IBrowserContext window, IPage page) = await Watched(4);
        await using IBrowserContext _ = window;
        int asked = 0;
        await page.RouteAsync("**/metrics/series**", route => { asked++; return route.AbortAsync(); });
        for (int i = 0; i < 5; i++) await run.Gap();
        ILocator trouble = page.GetByRole(AriaRole.Alert);
        await Expect(trouble).ToContainTextAsync("The values could not be read");
        Assert.True(await page.Locator("canvas").IsVisibleAsync());
        Assert.Equal(1, asked);
        await run.Step(4);
        await Shows(page, 0, 1, 2, 3, 4);
        await page.UnrouteAllAsync();
        await page.ClickAsync("text=Try again");
        await Expect(trouble).ToBeHiddenAsync();
        await Shows(page, 0, 1, 2, 3, 4);
    }

    [Fact]
    public async Task DetailThatCannotBeRead_IsSaid_AndTriedAgain()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        await run.Store(10_000);
        await using IBrowserContext window = await SignedIn(site, chromium);
        IPage page = await Chart(window, run, "reward");
        await Live(page);
        await page.RouteAsync("**/metrics/series**", route => route.AbortAsync());
        await Set(page, "{ zoom: [5000, 5100] }");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The zoomed values could not be read in full");
        await page.UnrouteAllAsync();
        await page.ClickAsync("text=Try again");
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeHiddenAsync();
        await Until(page, "chart.view()[0].xs.filter(x => x >= 5000 && x <= 5100).length === 101");
    }

    [Fact]
    public async Task AnotherAxis_ShowsTheWhole_AlsoRightAfterAZoom()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        run.SecondsAStep = 10;
        for (int step = 0; step <= 10; step++) await run.Step(step, tell: false);
        await using IBrowserContext window = await SignedIn(site, chromium);
        IPage page = await Chart(window, run, "reward");
        await Until(page, "chart.plot");
        await Drag(page, 0.25, 0.75);
        await Expect(page.Locator("[data-act=reset]")).ToBeVisibleAsync();
        await Set(page, "{ x: 'time', zoom: null }");
        await Expect(page.Locator("[data-act=reset]")).ToBeHiddenAsync();
        await Until(page, "scale('x').min === 0 && scale('x').max === 100");
    }

    [Fact]
    public async Task AHundredCharts_ThatCameAndWent_LeaveNothingBehind()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 0; step <= 3; step++) await run.Step(step, tell: false);
        await using IBrowserContext window = await SignedIn(site, chromium);
        await window.AddInitScriptAsync("window.observed = 0; for (const kind of [IntersectionObserver, ResizeObserver]) { const p = kind.prototype, seen = new WeakMap(); const of = o => seen.get(o) ?? seen.set(o, new Set()).get(o); const { observe, unobserve } = p; p.observe = function (e) { if (!of(this).has(e)) { of(this).add(e); observed++; } return observe.apply(this, arguments); }; p.unobserve = function (e) { if (of(this).delete(e)) observed--; return unobserve.apply(this, arguments); }; }");
        IPage page = await Chart(window, run, "reward");
        await Live(page);
        string Counts = "(({ runs, watchers, listeners }) => [runs, watchers, listeners, observed].join())(live.watched())";
        await page.EvaluateAsync("async () => { window.live = await import('/js/live.js'); }");
        Assert.Equal("1,1,1,3", await page.EvaluateAsync<string>("() => " + Counts));
        await page.EvaluateAsync(
            """
            () => {
              const many = window.many = document.createElement('div');
              many.style = 'display:grid;grid-template-columns:repeat(10,1fr)';
              for (let i = 0; i < 100; i++) { const other = chart.cloneNode(); other.style.setProperty('--plot-height', '40px'); many.append(other); }
              document.body.prepend(many);
            }
            """);
        await Until(page, "[...many.children].every(c => c.plot)");
        Assert.Equal("1,101,101,303", await page.EvaluateAsync<string>("() => " + Counts));
        await page.EvaluateAsync("() => { many.remove(); chart.remove(); }");
        await Until(page, Counts + " === '0,0,0,0'");
    }

    private static Task Shows(IPage page, params int[] steps) => Until(page, $"chart.plot && JSON.stringify(chart.view()[0].points.steps) === '[{string.Join(',', steps)}]'");

    // A chart of a run with so many steps that is live.
    private async Task<(LiveRun Run, IBrowserContext Window, IPage Page)> Watched(int steps)
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 0; step < steps - 1; step++) await run.Step(step, tell: false);
        IBrowserContext window = await SignedIn(site, chromium);
        IPage page = await Chart(window, run, "reward");
        await Live(page);
        await run.Step(steps - 1);
        await Until(page, $"chart.lines[0].lastStep === {steps - 1}");
        return (run, window, page);
    }
}
