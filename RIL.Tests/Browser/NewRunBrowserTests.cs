using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RIL.Tests.Web;
using RIL.Tests.Web.Runs;
using RIL.Web.Data;
using RIL.Web.Runs;
using static Microsoft.Playwright.Assertions;

namespace RIL.Tests.Browser;

/// <summary>The form of a new run: what is wrong keeps the run from starting, what was opened stays open, and what was typed is there again.</summary>
public sealed class NewRunBrowserTests(ChromiumFixture chromium, SiteFixture site)
{
    [Fact]
    public async Task AYamlThatCannotBeRead_KeepsTheRunFromStarting_AndStaysUntilItIsDiscarded()
    {
        await using Visit visit = await Visit.As(chromium, site.Address, "mia", "/runs/new?preset=quickstart");
        IPage page = visit.Page;
        ILocator start = page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }), yaml = page.Locator("#yaml");
        await Expect(start).ToBeEnabledAsync();
        await yaml.FillAsync("seed: [");
        await yaml.PressAsync("Tab");
        await Expect(start).ToBeDisabledAsync();
        await Expect(page.Locator(".form-problems")).ToContainTextAsync("The YAML cannot be used");
        await page.FillAsync("#field-seed", "8");
        await page.PressAsync("#field-seed", "Tab");
        await Expect(page.Locator("#setting-seed .param-reset")).ToBeVisibleAsync();
        await Expect(yaml).ToHaveValueAsync("seed: [");
        await Expect(start).ToBeDisabledAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Discard what is typed here" }).ClickAsync();
        await Expect(yaml).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("(?m)^seed: 8$"));
        await Expect(start).ToBeEnabledAsync();
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task AHeadingThatWasOpened_StaysOpen_WhenItsProblemIsPutRight()
    {
        await using Visit visit = await Visit.As(chromium, site.Address, "mia", "/runs/new?preset=ril");
        IPage page = visit.Page;
        ILocator field = page.Locator("#field-epsilon"), problem = page.Locator("#setting-epsilon .param-problem");
        await page.Locator("details.more").Filter(new() { Has = field }).Locator("summary").ClickAsync();
        await field.FillAsync("wide");
        await field.PressAsync("Tab");
        await Expect(problem).ToContainTextAsync("'wide' is no number");
        await field.FillAsync("0.3");
        await field.PressAsync("Tab");
        await Expect(problem).ToBeHiddenAsync();
        await Expect(page.Locator("#yaml")).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("(?m)^epsilon: 0.3$"));
        await Expect(field).ToBeVisibleAsync();
    }

    [Fact]
    public async Task WhatWasTypedForANewRun_IsThereAgain_AfterALookAtAVariation()
    {
        Run run = new RunMaker(site.Services.GetRequiredService<Storage>(), site.Services.GetRequiredService<IDbContextFactory<RilDb>>()).Add();
        await using Visit visit = await Visit.As(chromium, site.Address, "mia", "/runs/new");
        IPage page = visit.Page;
        await page.FillAsync("#run-name", "half typed");
        await page.PressAsync("#run-name", "Tab");
        await page.WaitForFunctionAsync("() => sessionStorage.getItem('new-run:')?.includes('half typed')");
        await visit.Go($"/runs/new?clone={run.Id}");
        await Expect(page.Locator("#run-name")).ToHaveValueAsync("a run (copy)");
        // The form stays and takes another place.
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("New run");
        await page.Keyboard.PressAsync("Enter");
        await Visit.IsAt(page, "/runs/new", end: true);
        await Expect(page.Locator("#run-name")).ToHaveValueAsync("half typed");
        await Expect(page.GetByText("What you had typed here is back.")).ToBeVisibleAsync();
    }
}
