using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RIL.Tests.Web;
using RIL.Web.Operations;
using RIL.Web.Runs;

namespace RIL.Tests.Browser;

public sealed class CompareBrowserTests(ChromiumFixture chromium)
{
    // Where the lines of the reward end.
    private const string Reward = "() => [...document.querySelectorAll('metric-chart')].find(c => c.options.name === 'reward').view().map(v => v.xs.at(-1))";

    [Fact]
    public async Task TwoRuns_StandSideBySide_InChartsSettingsResultsAndCompletions()
    {
        await using OwnSite site = await OwnSite.Start();
        string first = await site.Create(name: "first"), second = await site.Create(OwnSite.TinyRun.Replace("\"sft_steps\": 60", "\"beta\": 0.5, \"sft_steps\": 50", StringComparison.Ordinal), "second");
        await site.Until(first, RunState.Finished);
        await site.Until(second, RunState.Finished);
        await using Visit visit = await Visit.As(chromium, site.Address, "admin1", "/runs");
        IPage page = visit.Page;

        // From the list, with what was selected there.
        foreach (string name in (string[])["first", "second"]) await page.GetByLabel($"Select {name}").CheckAsync();
        await page.Locator(".bulk-bar").GetByText("Compare").ClickAsync();
        await Visit.IsAt(page, $"/compare?runs={first},{second}", end: true);
        await Assertions.Expect(page.Locator("metric-chart", new() { HasText = "Reward" }).First.Locator(".chart-item")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator("canvas").First).ToBeVisibleAsync();

        // Runs that warmed up for different numbers of steps lie over each other along the steps of RIL, unless the runs' own steps are asked for.
        await page.WaitForFunctionAsync($"() => {{ const [a, b] = ({Reward})(); return a === 6 && b === 6; }}");
        await Assertions.Expect(page.GetByLabel("Along")).ToHaveValueAsync("ril");
        await page.GetByLabel("Along").SelectOptionAsync("step");
        await page.WaitForFunctionAsync($"() => {{ const [a, b] = ({Reward})(); return a === b + 10; }}");
        Assert.Contains("x=step", page.Url, StringComparison.Ordinal);

        await page.GetByRole(AriaRole.Tab, new() { Name = "Settings" }).ClickAsync();
        await Assertions.Expect(page.Locator("tr.differs th")).ToHaveTextAsync(["sft_steps", "beta"]);
        await page.GetByLabel("Which settings").SelectOptionAsync("all");
        await Assertions.Expect(page.Locator(".compare-table th", new() { HasText = "learning_rate" }).First).ToBeVisibleAsync();
        Assert.Contains("settings=all", page.Url, StringComparison.Ordinal);

        await page.GetByRole(AriaRole.Tab, new() { Name = "Results and metrics" }).ClickAsync();
        await Assertions.Expect(page.Locator("tr.total td")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator("tr.total td").First).ToContainTextAsync("%");
        await page.GetByLabel("Find a metric").FillAsync("completions/mean_length");
        await page.GetByLabel("Find a metric").PressAsync("Enter");
        await Assertions.Expect(page.Locator(".compare-scroll tbody tr:not(.compare-group)")).ToHaveCountAsync(1);

        // One seed and one data set: the same questions in the same step.
        await page.GetByRole(AriaRole.Tab, new() { Name = "Completions" }).ClickAsync();
        await Assertions.Expect(page.Locator("[role=status]", new() { HasText = "2 of them asked by both runs" })).ToBeVisibleAsync();
        ILocator columns = page.Locator(".compare-question").First.Locator(".compare-column");
        await Assertions.Expect(columns).ToHaveCountAsync(2);
        await Assertions.Expect(columns.Nth(1)).ToContainTextAsync("student 1");
        string step = await page.InnerTextAsync(".step-slider output");
        await page.Locator("h1").FocusAsync();
        await page.Keyboard.PressAsync("ArrowLeft");
        await Assertions.Expect(page.Locator(".step-slider output")).Not.ToHaveTextAsync(step);
        await page.WaitForFunctionAsync("() => [...document.querySelectorAll('.compare-picture img')].some(i => i.naturalWidth > 0)");

        // The address is all there is: it opens the same for a colleague.
        string address = page.Url;
        await page.ReloadAsync();
        await Assertions.Expect(columns).ToHaveCountAsync(2);
        Assert.Equal(address, page.Url);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task WithNoneOneOrUnknownRuns_ThePageSaysWhatToDo_AndARunCanBeAddedAndTakenAway()
    {
        await using OwnSite site = await OwnSite.Start();
        await site.Services.GetRequiredService<Slots>().Change(0);
        string first = await site.Create(name: "first"), second = await site.Create(name: "second");
        await using Visit visit = await Visit.As(chromium, site.Address, "admin1", "/compare");
        IPage page = visit.Page;
        await Assertions.Expect(page.GetByText("Choose two to ten runs")).ToBeVisibleAsync();

        await visit.Go($"/compare?runs={first},aaaaaaaaaa");
        await Assertions.Expect(page.GetByText("There is no run aaaaaaaaaa")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("One run alone")).ToBeVisibleAsync();
        await page.GetByLabel("Add a run by name, tag or identifier").FillAsync("seco");
        await page.Locator(".mud-list-item", new() { HasText = "second" }).ClickAsync();
        await Assertions.Expect(page.Locator(".compared-run")).ToHaveCountAsync(2);
        Assert.EndsWith($"runs={first},{second}", Uri.UnescapeDataString(page.Url), StringComparison.Ordinal);
        await page.GetByLabel("Take first away from here").ClickAsync();
        await Assertions.Expect(page.Locator(".compared-run")).ToHaveCountAsync(1);
        await page.GoBackAsync();
        await Assertions.Expect(page.Locator(".compared-run")).ToHaveCountAsync(2);

        await visit.Go("/compare?runs=" + string.Join(',', Enumerable.Range(0, 12).Select(i => "aaaaaaaaa" + "abcdefghjkmn"[i])));
        await Assertions.Expect(page.GetByText("the last 2 are left out")).ToBeVisibleAsync();
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task ARunThatTrains_ChangesTheTableOfMetricsInPlace()
    {
        await using OwnSite site = await OwnSite.Start();
        string done = await site.Create(name: "done");
        await site.Until(done, RunState.Finished);
        string live = await site.Create(OwnSite.TinyRun.Replace("{", "{\"seed\": 5, ", StringComparison.Ordinal), "live");
        await using Visit visit = await Visit.As(chromium, site.Address, "admin1", $"/compare?runs={done},{live}&tab=metrics");
        ILocator values = visit.Page.Locator("tr:not(.compare-group)", new() { Has = visit.Page.Locator("th .compare-name:text-is('rewards/answer/mean')") }).Locator("td");
        await Assertions.Expect(visit.Page.Locator(".compared-run").Nth(1)).ToContainTextAsync("finished", new() { Timeout = 120_000 });
        await Assertions.Expect(values.Nth(1)).Not.ToContainTextAsync("–");
        await Assertions.Expect(visit.Page.Locator("tr.total td").Nth(1)).ToContainTextAsync("%");
        Assert.Empty(visit.Complaints);
    }
}
