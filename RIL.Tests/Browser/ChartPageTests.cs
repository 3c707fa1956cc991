using Microsoft.Playwright;
using RIL.Tests.Web;
using RIL.Tests.Web.Runs.Live;
using static Microsoft.Playwright.Assertions;

namespace RIL.Tests.Browser;

/// <summary>Charts on the pages of a run: what one has chosen is in the address and stays; where one is stays; whoever pauses can go on wherever he is.</summary>
public sealed class ChartPageTests(SiteFixture site, ChromiumFixture chromium)
{
    [Fact]
    public async Task HiddenLines_AndOpenedSections_AreInTheAddress()
    {
        LiveRun run = await LiveRun.Create(site, "reward", "rewards/answer/mean", "perf/tokens_per_second");
        for (int step = 0; step <= 3; step++) await run.Step(step, tell: false);
        await using Visit visit = await Visit.As(chromium, site.Address, "vera", $"/runs/{run.Id}");
        ILocator lines = visit.Page.Locator("metric-chart", new() { HasText = "student, reward" }).Locator(".chart-item");
        await lines.Nth(1).ClickAsync();
        await Visit.IsAt(visit.Page, "hide=");
        await visit.Go(visit.Page.Url);
        await Expect(lines.Nth(0)).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(lines.Nth(1)).ToHaveAttributeAsync("aria-pressed", "false");

        await visit.Go($"/runs/{run.Id}?tab=charts");
        ILocator speed = visit.Page.Locator(".chart-section", new() { HasText = "Speed" });
        await speed.Locator("summary").ClickAsync();
        await Visit.IsAt(visit.Page, "turn=Speed");
        await visit.Go(visit.Page.Url);
        await Expect(speed.Locator("metric-chart")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task APause_CanBeEndedOnEveryTab_AndThePageSaysSoOnce()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 0; step <= 3; step++) await run.Step(step, tell: false);
        await using Visit visit = await Visit.As(chromium, site.Address, "vera", $"/runs/{run.Id}?tab=charts");
        IPage page = visit.Page;
        ILocator badge = page.Locator(".live-badge");
        await Expect(badge).ToHaveTextAsync("live");
        await badge.ClickAsync();
        await page.ClickAsync("#tab-overview");
        await Expect(page.Locator("metric-chart").First).ToBeVisibleAsync();
        await Expect(badge).ToContainTextAsync("paused since");
        await Expect(page.Locator(".chart-live-paused").First).ToHaveTextAsync("paused");
        await badge.ClickAsync();
        await Expect(badge).ToHaveTextAsync("live");
        await run.Step(4);
        await Expect(page.Locator("metric-chart", new() { HasText = "student, reward" }).Locator(".chart-value").First).ToHaveTextAsync("4");
    }

    [Fact]
    public async Task LiveUpdates_LeaveThePageWhereItWasScrolledTo()
    {
        LiveRun run = await LiveRun.Create(site, [.. Enumerable.Range(0, 30).Select(i => $"mine/{i}")]);
        for (int step = 0; step <= 3; step++) await run.Step(step, tell: false);
        await using Visit visit = await Visit.As(chromium, site.Address, "vera", $"/runs/{run.Id}?tab=charts");
        IPage page = visit.Page;
        await Expect(page.Locator("metric-chart").First.Locator("canvas")).ToBeVisibleAsync();
        await page.EvaluateAsync("() => scrollTo(0, 700)");
        ILocator shown = page.Locator("metric-chart").Nth(12);
        await Expect(shown.Locator(".chart-live-live")).ToHaveCountAsync(1);
        await Expect(shown.Locator(".chart-value")).ToHaveTextAsync("3");
        string Place = "() => [scrollY, document.querySelectorAll('metric-chart')[12].getBoundingClientRect().top].join()";
        string before = await page.EvaluateAsync<string>(Place);
        for (int step = 4; step <= 9; step++)
        {
            await run.Step(step);
            await Expect(shown.Locator(".chart-value")).ToHaveTextAsync($"{step}");
        }
        Assert.StartsWith("700,", before, StringComparison.Ordinal);
        Assert.Equal(before, await page.EvaluateAsync<string>(Place));
    }
}
