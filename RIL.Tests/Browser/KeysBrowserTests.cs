using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RIL.Tests.Web;
using RIL.Tests.Web.Runs;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Runs;

namespace RIL.Tests.Browser;

/// <summary>The keys that the list of keys promises hold on every page that has something for them.</summary>
public sealed class KeysBrowserTests(SiteFixture site, ChromiumFixture chromium)
{
    [Fact]
    public async Task TheSlash_LeadsToTheFilterOfEveryPageThatHasOne_AndEscAway()
    {
        var maker = new RunMaker(site.Services.GetRequiredService<Storage>(), site.Services.GetRequiredService<IDbContextFactory<RilDb>>());
        Run run = maker.Add();
        maker.Keep(run, 1, new CompletionRow("what ?", "answer : 3 .", "student", new Dictionary<string, double?> { ["answer"] = 1, ["similarity"] = 0.4 }, 0.6, null, 0.25, "rl-0-5.png"));
        await using Visit visit = await Visit.As(chromium, site.Address, "vera");
        string[] pages = ["/runs", $"/runs/{run.Id}?tab=charts", $"/runs/{run.Id}?tab=completions", $"/runs/{run.Id}?tab=log", $"/compare?runs={run.Id}&tab=metrics", "/datasets/quickstart:rl", "/teachers/quickstart:A"];
        foreach (string path in pages)
        {
            await visit.Go(path);
            ILocator filter = visit.Page.Locator("[data-filter]").First;
            await filter.WaitForAsync();
            await visit.Page.Keyboard.PressAsync("/");
            Assert.True(await filter.EvaluateAsync<bool>("box => box === document.activeElement || box.contains(document.activeElement)"), path);
            Assert.True(await visit.Page.EvaluateAsync<bool>("() => document.activeElement.matches('input') && document.activeElement.value === ''"), path);
            await visit.Page.Keyboard.PressAsync("Escape");
            Assert.False(await visit.Page.EvaluateAsync<bool>("() => document.activeElement.matches('input')"), path);
        }
        Assert.Empty(visit.Complaints);
    }

    [Theory]
    [InlineData("/datasets", "/datasets/")]
    [InlineData("/teachers", "/teachers/")]
    [InlineData("/models", "/models/")]
    public async Task JAndK_GoAlongTheRowsOfATable_AndEnterOpensOne(string list, string leadsTo)
    {
        await using Visit visit = await Visit.As(chromium, site.Address, "vera", list);
        IPage page = visit.Page;
        await page.Keyboard.PressAsync("j");
        string first = await page.EvaluateAsync<string>("() => document.activeElement.matches('tr') ? document.activeElement.querySelector('a').getAttribute('href') : ''");
        Assert.StartsWith(leadsTo, first, StringComparison.Ordinal);
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("k");
        await page.Keyboard.PressAsync("k");
        await page.Keyboard.PressAsync("Enter");
        await Visit.IsAt(page, Uri.UnescapeDataString(first), end: true);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task InTheListOfRuns_XSelectsTheRow_AndLettersInTheFilterStayLetters()
    {
        new RunMaker(site.Services.GetRequiredService<Storage>(), site.Services.GetRequiredService<IDbContextFactory<RilDb>>()).Add();
        await using Visit visit = await Visit.As(chromium, site.Address, "vera", "/runs");
        IPage page = visit.Page;
        await page.Locator("tr[data-row]").First.WaitForAsync();
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("x");
        await Assertions.Expect(page.Locator("tr.picked")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("jkx/");
        await Assertions.Expect(page.Locator("#filter")).ToHaveValueAsync("jkx/");
        await Assertions.Expect(page.Locator("tr.picked")).ToHaveCountAsync(1);
        Assert.Empty(visit.Complaints);
    }
}
