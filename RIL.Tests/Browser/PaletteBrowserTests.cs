using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RIL.Tests.Web;
using RIL.Tests.Web.Runs;
using RIL.Web.Data;
using RIL.Web.Runs;

namespace RIL.Tests.Browser;

public sealed class PaletteBrowserTests(SiteFixture site, ChromiumFixture chromium)
{
    [Fact]
    public async Task CtrlK_GoesToARunByItsName_AndEscGivesTheFocusBack()
    {
        Run run = await Named("palette target", RunState.Finished);
        await using Visit visit = await Visit.As(chromium, site.Address, "vera", "/runs");
        ILocator box = visit.Page.GetByRole(AriaRole.Combobox, new() { Name = "Find runs, pages and actions" });
        ILocator filter = visit.Page.Locator("#filter");
        await filter.FocusAsync();
        await visit.Page.Keyboard.PressAsync("Control+k");
        await Assertions.Expect(box).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(box).ToBeHiddenAsync();
        await Assertions.Expect(filter).ToBeFocusedAsync();

        await visit.Page.Locator(".rail [data-palette]").ClickAsync();
        await visit.Page.Keyboard.TypeAsync("palette tar");
        await visit.Page.Keyboard.PressAsync("Enter"); // at once: what was typed counts, not what stood there
        await Visit.IsAt(visit.Page, $"/runs/{run.Id}", end: true);
        await Assertions.Expect(visit.Page.Locator("h1")).ToHaveTextAsync("palette target");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task ArrowKeys_MoveTheChoice_AsScreenReadersHearIt()
    {
        await using Visit visit = await Visit.As(chromium, site.Address, "vera");
        await visit.Page.Keyboard.PressAsync("Control+k");
        ILocator box = visit.Page.GetByRole(AriaRole.Combobox, new() { Name = "Find runs, pages and actions" });
        await box.FillAsync("theme");
        ILocator options = visit.Page.GetByRole(AriaRole.Option);
        await Assertions.Expect(options).ToHaveCountAsync(3);
        await Assertions.Expect(options.Nth(0)).ToHaveAttributeAsync("aria-selected", "true");
        await visit.Page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(options.Nth(1)).ToHaveAttributeAsync("aria-selected", "true");
        await Assertions.Expect(options.Nth(0)).ToHaveAttributeAsync("aria-selected", "false");
        Assert.Equal(await options.Nth(1).GetAttributeAsync("id"), await box.GetAttributeAsync("aria-activedescendant"));
        await visit.Page.Keyboard.PressAsync("ArrowUp");
        await visit.Page.Keyboard.PressAsync("ArrowUp");
        await Assertions.Expect(options.Nth(2)).ToHaveAttributeAsync("aria-selected", "true");
        await box.FillAsync("dark");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
    }

    [Fact]
    public async Task AnActionOnTheOpenRun_IsDone_AndCanBeTakenBack()
    {
        Run run = await Named("shelved", RunState.Finished);
        await using Visit visit = await Visit.As(chromium, site.Address, "mia", $"/runs/{run.Id}");
        await visit.Page.Keyboard.PressAsync("Control+k");
        await visit.Page.Keyboard.TypeAsync("archi");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Page.Locator(".palette-notice")).ToContainTextAsync("Done: Archive.");
        await Assertions.Expect(visit.Page.Locator(".page-header .state")).ToHaveTextAsync(State("archived"));
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".page-header .state")).ToHaveTextAsync(State("finished"));
    }

    private static Regex State(string word) => new(word + "$");

    private async Task<Run> Named(string name, RunState state)
    {
        var databases = site.Services.GetRequiredService<IDbContextFactory<RilDb>>();
        Run run = new RunMaker(site.Services.GetRequiredService<Storage>(), databases).Add(state);
        await using RilDb db = await databases.CreateDbContextAsync();
        (await db.Runs.SingleAsync(r => r.Id == run.Id)).Name = name;
        await db.SaveChangesAsync();
        return run;
    }
}
