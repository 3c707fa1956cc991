using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RIL.Tests.Web;
using RIL.Tests.Web.Runs;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Runs;

namespace RIL.Tests.Browser;

/// <summary>The page of a run in a browser: it bears people who are faster than its scripts, and keeps what they chose.</summary>
public sealed class RunPageBrowserTests(SiteFixture site, ChromiumFixture chromium)
{
    [Theory]
    [InlineData("completions", ".completion-groups")]
    [InlineData("log", ".log")]
    public async Task APartThatIsLeftBeforeItsScriptCame_LeavesNoFault(string tab, string content)
    {
        Run run = Full();
        await using Visit visit = await Visit.As(chromium, site.Address, "vera");
        IPage page = visit.Page;
        var let = new TaskCompletionSource();
        await page.RouteAsync("**/js/run.js", async route =>
        {
            await let.Task;
            await route.ContinueAsync();
        });
        await visit.Go($"/runs/{run.Id}?tab={tab}");
        await Assertions.Expect(page.Locator(content)).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Config" }).ClickAsync();
        await Assertions.Expect(page.Locator(".config-groups")).ToBeVisibleAsync();

        let.SetResult();
        await page.EvaluateAsync("async () => { await import('/js/run.js'); await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))); }");

        // The page still listens, and nothing that was left does.
        await page.GetByRole(AriaRole.Tab, new() { Name = "Checkpoints" }).ClickAsync();
        await Assertions.Expect(page.Locator(".checkpoints")).ToBeVisibleAsync();
        await page.Locator("h1").FocusAsync();
        await page.Keyboard.PressAsync("ArrowLeft");
        await page.GetByRole(AriaRole.Tab, new() { Name = "Config" }).ClickAsync();
        await Assertions.Expect(page.Locator(".config-groups")).ToBeVisibleAsync();
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task TabsAndPages_MayBeChangedFasterThanTheyAreDrawn()
    {
        Run run = Full();
        await using Visit visit = await Visit.As(chromium, site.Address, "mia", $"/runs/{run.Id}");
        IPage page = visit.Page;
        await page.GetByRole(AriaRole.Tab, new() { Name = "Overview" }).FocusAsync();
        for (int i = 0; i < 60; i++) await page.Keyboard.DownAsync("ArrowRight");
        await page.Keyboard.UpAsync("ArrowRight");
        await page.EvaluateAsync("() => { for (let i = 0; i < 60; i++) document.querySelectorAll('.run-tab')[i * 5 % 6].click(); }");
        for (int i = 0; i < 4; i++)
        {
            await page.EvaluateAsync("() => document.querySelector('.rail a[href=\"/runs\"]').click()");
            await page.EvaluateAsync("() => document.querySelector('.rail a[href=\"/\"]').click()");
            await page.GoBackAsync();
            await page.GoBackAsync();
        }
        await visit.Go($"/runs/{run.Id}?tab=log");
        await Assertions.Expect(page.Locator(".log-line").First).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("could not be shown")).ToHaveCountAsync(0);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Notes_AreShownToAll_AndChangedInPlaceByMembers()
    {
        Run run = Full();
        await using Visit visit = await Visit.As(chromium, site.Address, "mia", $"/runs/{run.Id}");
        IPage page = visit.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "+ notes" }).ClickAsync();
        ILocator box = page.GetByLabel("Notes", new() { Exact = true });
        await Assertions.Expect(box).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("Does a double answer reward help?");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.TypeAsync("Expected: yes.");
        await page.Keyboard.PressAsync("Control+Enter");
        ILocator notes = page.Locator(".notes-text");
        await Assertions.Expect(notes).ToHaveTextAsync("Does a double answer reward help?\nExpected: yes.");
        ILocator pencil = page.GetByRole(AriaRole.Button, new() { Name = "Change the notes" });
        await Assertions.Expect(pencil).ToBeFocusedAsync();

        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(box).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("Not this.");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(pencil).ToBeFocusedAsync();
        await Assertions.Expect(notes).ToHaveTextAsync("Does a double answer reward help?\nExpected: yes.");

        await using Visit other = await Visit.As(chromium, site.Address, "vera", $"/runs/{run.Id}");
        await Assertions.Expect(other.Page.Locator(".notes-text")).ToHaveTextAsync("Does a double answer reward help?\nExpected: yes.");
        await Assertions.Expect(other.Page.GetByRole(AriaRole.Button, new() { Name = "Change the notes" })).ToHaveCountAsync(0);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task WhatWasBeingWrittenAboutOneRun_IsNotKeptForAnother()
    {
        Run run = Full(), other = Full();
        await using Visit visit = await Visit.As(chromium, site.Address, "mia", $"/runs/{run.Id}");
        IPage page = visit.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "+ notes" }).ClickAsync();
        await page.GetByLabel("Notes", new() { Exact = true }).FillAsync("about the first");
        await page.GetByRole(AriaRole.Button, new() { Name = "Rename" }).ClickAsync();
        await page.GetByLabel("Name of the run").FillAsync("the first");
        await page.EvaluateAsync("address => Blazor.navigateTo(address)", $"/runs/{other.Id}");
        await Assertions.Expect(page.GetByText(other.Id)).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".notes-edit, .title-edit")).ToHaveCountAsync(0);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task WhatWasChosenOnATab_IsStillThereWhenOneComesBack()
    {
        Run run = Full();
        await using Visit visit = await Visit.As(chromium, site.Address, "vera", $"/runs/{run.Id}?tab=charts&find=reward&smooth=0.5&zoom=1~2");
        IPage page = visit.Page;
        await page.GetByRole(AriaRole.Tab, new() { Name = "Log" }).ClickAsync();
        await Assertions.Expect(page.Locator(".log-line").First).ToContainTextAsync("something happened"); // the search of the charts is not that of the log
        await page.GetByLabel("follow").UncheckAsync();
        await Visit.IsAt(page, "follow=off");
        await page.GetByRole(AriaRole.Tab, new() { Name = "Charts" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Find a metric")).ToHaveValueAsync("reward");
        foreach (string part in (string[])["tab=charts", "smooth=0.5", "zoom=1~2", "follow=off"]) Assert.Contains(part, Uri.UnescapeDataString(page.Url), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Tab, new() { Name = "Log" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("follow")).Not.ToBeCheckedAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Overview" }).ClickAsync();
        await Assertions.Expect(page.Locator(".run-closing")).ToBeVisibleAsync();
        Assert.DoesNotContain("tab=", page.Url, StringComparison.Ordinal);
        Assert.Empty(visit.Complaints);
    }

    private Run Full()
    {
        var databases = site.Services.GetRequiredService<IDbContextFactory<RilDb>>();
        var maker = new RunMaker(site.Services.GetRequiredService<Storage>(), databases);
        Run run = maker.Add();
        for (int step = 1; step < 4; step++)
            maker.Keep(run, step, new CompletionRow("what ?", "answer : 3 .", "student", new Dictionary<string, double?> { ["answer"] = 1, ["similarity"] = 0.4 }, 0.6, null, 0.25, "rl-0-5.png"));
        maker.Checkpoint(run, "checkpoint-7");
        using RilDb db = databases.CreateDbContext();
        for (int i = 1; i < 40; i++) db.Add(new RunLogLine { RunId = run.Id, Number = i, Level = "info", Text = "something happened" });
        db.SaveChanges();
        return run;
    }
}
