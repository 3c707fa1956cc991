using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RIL.Tests.Web;
using RIL.Web.Operations;
using RIL.Web.Runs.Jobs;

namespace RIL.Tests.Browser;

public sealed class HomeBrowserTests(ChromiumFixture chromium)
{
    [Fact]
    public async Task TheQueue_ChangesItsOrderByKeys_AndTheFocusStaysOnTheRun()
    {
        await using OwnSite site = await OwnSite.Start();
        await site.Services.GetRequiredService<Slots>().Change(0);
        string first = await site.Create(name: "first"), second = await site.Create(name: "second"), third = await site.Create(name: "third");
        await using Visit visit = await Visit.As(chromium, site.Address, "admin1");
        ILocator rows = visit.Page.Locator(".queue-row");
        await Assertions.Expect(rows).ToHaveCountAsync(3);
        ILocator handle = visit.Page.Locator($"[data-queued='{third}'] [data-queue-handle]");

        await handle.FocusAsync();
        await visit.Page.Keyboard.PressAsync("ArrowUp");
        await Assertions.Expect(rows.Nth(1)).ToContainTextAsync("third");
        await Assertions.Expect(handle).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Home");
        await Assertions.Expect(rows.Nth(0)).ToContainTextAsync("third");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "third is at place 1 of 3." })).ToHaveCountAsync(1);
        Assert.Equal([third, first, second], (await site.Services.GetRequiredService<QueueService>().List()).Select(w => w.Id));

        await rows.Nth(2).GetByRole(AriaRole.Button, new() { Name = "Move second up" }).ClickAsync();
        await Assertions.Expect(rows.Nth(1)).ToContainTextAsync("second");
        await visit.Page.Locator($"[data-queued='{first}'] [data-queue-handle]").DragToAsync(rows.Nth(0));
        await Assertions.Expect(rows.Nth(0)).ToContainTextAsync("first");
        await rows.Nth(2).GetByRole(AriaRole.Combobox).SelectOptionAsync("1");
        await Assertions.Expect(rows.Nth(0)).ToContainTextAsync("second");
        Assert.Equal([second, first, third], (await site.Services.GetRequiredService<QueueService>().List()).Select(w => w.Id));
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task ARunThatTrains_ChangesItsCardInPlace_AndStandsUnderTheResultsAtTheEnd()
    {
        await using OwnSite site = await OwnSite.Start();
        await using Visit visit = await Visit.As(chromium, site.Address, "admin1");
        await Assertions.Expect(visit.Page.GetByText("No runs yet")).ToBeVisibleAsync();
        await site.Create(name: "watched");
        ILocator card = visit.Page.Locator(".live-run");
        await Assertions.Expect(card).ToContainTextAsync("watched", new() { Timeout = 30_000 });
        await Assertions.Expect(visit.Page.Locator(".home-results")).ToContainTextAsync("watched", new() { Timeout = 120_000 });
        await Assertions.Expect(card).ToHaveCountAsync(0);
        Assert.Empty(visit.Complaints);
    }
}
