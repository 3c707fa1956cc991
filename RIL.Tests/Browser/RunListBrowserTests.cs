using System.Net;
using System.Text.RegularExpressions;
using System.Web;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RIL.Tests.Web;
using RIL.Tests.Web.Runs;
using RIL.Training.Configuration;
using RIL.Web.Accounts;
using RIL.Web.Data;
using RIL.Web.Runs;
using static Microsoft.Playwright.Assertions;

namespace RIL.Tests.Browser;

/// <summary>The list of runs: its view stands in the address, keys and bulk actions reach what is shown and nothing else, and what others change is seen.</summary>
public sealed class RunListBrowserTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private readonly Dictionary<string, string> _ids = [];
    private OwnSite _site = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await OwnSite.Start();
        var maker = new RunMaker(_site.Services.GetRequiredService<Storage>(), _site.Services.GetRequiredService<IDbContextFactory<RilDb>>());
        foreach ((string name, int seed) in ((string, int)[])[("amber", 3), ("birch", 1), ("cedar", 2)])
        {
            Run run = maker.Add(config: new RunConfig { Dataset = "quickstart:rl", Seed = seed });
            if (name == "cedar") maker.Checkpoint(run, "checkpoint-2", 3 << 20);
            await Service.Describe(run.Id, name, null, name == "birch" ? ["old"] : ["new", "tall"]);
            _ids[name] = run.Id;
        }
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    private RunService Service => _site.Services.GetRequiredService<RunService>();

    [Fact]
    public async Task FilterSortAndColumns_StandInTheAddress_AndBackTakesThemBack()
    {
        await using Visit visit = await Visit.As(chromium, _site.Address, "admin1", "/runs");
        IPage page = visit.Page;
        await Shows(page, "amber", "birch", "cedar");
        await page.FillAsync("#filter", "tag = new");
        await page.PressAsync("#filter", "Enter");
        await Shows(page, "amber", "cedar");
        Assert.Equal("tag = new", Asked(page, "filter"));

        await page.FillAsync("#filter", "tag = new and name ~ ced");
        await page.GetByRole(AriaRole.Button, new() { Name = "seed", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "seed ↓" })).ToBeVisibleAsync();
        await InOrder(page, "amber", "cedar");
        Assert.Equal("-config.seed", Asked(page, "sort"));
        // What was typed and not applied is not lost by an order.
        await Expect(page.Locator("#filter")).ToHaveValueAsync("tag = new and name ~ ced");
        await page.GetByRole(AriaRole.Button, new() { Name = "seed ↓" }).ClickAsync();
        await InOrder(page, "cedar", "amber");
        Assert.Equal("config.seed", Asked(page, "sort"));

        await page.GetByRole(AriaRole.Button, new() { Name = "Columns" }).ClickAsync();
        await page.GetByLabel("Search columns").FillAsync("temperature");
        await page.Locator(".column-choice").Filter(new() { HasText = "config.temperature" }).GetByRole(AriaRole.Checkbox).CheckAsync();
        ILocator head = page.GetByRole(AriaRole.Columnheader).Filter(new() { HasText = "temperature" });
        await Expect(head).ToBeVisibleAsync();
        Assert.Contains("config.temperature", Asked(page, "columns"), StringComparison.Ordinal);
        await page.Keyboard.PressAsync("Escape");

        await page.GoBackAsync();
        await Expect(head).ToHaveCountAsync(0);
        await InOrder(page, "cedar", "amber");
        await page.GoBackAsync();
        await InOrder(page, "amber", "cedar");
        await page.GoBackAsync();
        await page.GoBackAsync();
        await Shows(page, "amber", "birch", "cedar");
        await Expect(page.Locator("#filter")).ToHaveValueAsync("");
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Headers_SayWhatTheirNumbersAre_AndTagsNarrowTheFilter()
    {
        await using Visit visit = await Visit.As(chromium, _site.Address, "admin1", "/runs?filter=" + Uri.EscapeDataString("name ~ a or name ~ b"));
        IPage page = visit.Page;
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Accuracy", Exact = false }).First).ToHaveAttributeAsync("title", new Regex(@"\w+ \w+.* Click: sort by it\.$"));
        await Row(page, "amber").GetByRole(AriaRole.Button, new() { Name = "tall", Exact = true }).ClickAsync();
        await Shows(page, "amber", "cedar");
        Assert.Equal("(name ~ a or name ~ b) and tag = \"tall\"", Asked(page, "filter"));
    }

    [Fact]
    public async Task Keys_MoveAndSelect_AndTheSelectionIsInTheAddress_ForAsLongAsItIsShown()
    {
        await using Visit visit = await Visit.As(chromium, _site.Address, "admin1", "/runs?sort=config.seed");
        IPage page = visit.Page;
        await InOrder(page, "birch", "cedar", "amber");
        await page.Keyboard.PressAsync("/");
        await Expect(page.Locator("#filter")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("j");
        await Expect(Row(page, "birch")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("x");
        await Expect(page.Locator(".bulk-bar")).ToContainTextAsync("1 selected");
        await Expect(Row(page, "cedar")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("k");
        await Expect(Row(page, "birch")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("x");
        await Expect(page.Locator(".bulk-bar")).ToContainTextAsync("2 selected");
        await Visit.IsAt(page, $"selected={_ids["cedar"]},{_ids["birch"]}");

        await visit.Go(new Uri(page.Url).PathAndQuery);
        await Expect(page.Locator(".bulk-bar")).ToContainTextAsync("2 selected");
        await page.FillAsync("#filter", "tag = new");
        await page.PressAsync("#filter", "Enter");
        await Shows(page, "cedar", "amber");
        // birch is not shown: nothing is done to it.
        await Expect(page.Locator(".bulk-bar")).ToContainTextAsync("1 selected");
        await page.GetByRole(AriaRole.Button, new() { Name = "Archive", Exact = true }).ClickAsync();
        await Shows(page, "amber");
        Assert.Equal((RunState.Finished, RunState.Archived), ((await _site.Load(_ids["birch"])).State, (await _site.Load(_ids["cedar"])).State));
    }

    [Fact]
    public async Task BulkActions_SayTheirNumbers_CountOnlyWhatTheyDid_AndAreTakenBackAtOnce()
    {
        await using Visit visit = await Visit.As(chromium, _site.Address, "admin1", "/runs?sort=config.seed");
        IPage page = visit.Page;
        await Select(page, "amber", "birch", "cedar");
        ILocator bar = page.Locator(".bulk-bar"), message = page.Locator(".mud-snackbar");
        await Expect(bar.GetByRole(AriaRole.Button, new() { Name = "Stop" })).ToHaveCountAsync(0);
        await page.GetByLabel("Tag of the selected runs").FillAsync("tall");
        await bar.GetByRole(AriaRole.Button, new() { Name = "Remove tag" }).ClickAsync();
        await Expect(message.Filter(new() { HasText = "Tag 'tall' taken from 2 runs." })).ToBeVisibleAsync();
        await Expect(page.Locator(".list-tags .tag").Filter(new() { HasText = "tall" })).ToHaveCountAsync(0);

        // One of them has as many as it may have.
        await Service.Describe(_ids["cedar"], null, null, [.. Enumerable.Range(0, 30).Select(i => $"{i}")]);
        await page.GetByLabel("Tag of the selected runs").FillAsync("late");
        await bar.GetByRole(AriaRole.Button, new() { Name = "Add tag" }).ClickAsync();
        await Expect(message.Filter(new() { HasText = "Tag 'late' added to 2 runs. 1 run not: tags: there would be 31; a run has at most 30." })).ToBeVisibleAsync();

        // One of them is gone before the others are moved.
        await using (RilDb db = await _site.Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken))
            await db.Runs.Where(r => r.Id == _ids["amber"]).ExecuteDeleteAsync(TestContext.Current.CancellationToken);
        await bar.GetByRole(AriaRole.Button, new() { Name = "To the trash" }).ClickAsync();
        ILocator told = message.Filter(new() { HasText = "in the trash" });
        await Expect(told).ToContainTextAsync(new Regex(@"2 runs are in the trash with 1 checkpoint \(3\.0.MiB\).*1 run does not exist any more\."));
        await Expect(page.GetByText("All runs are out of sight")).ToBeVisibleAsync();
        await told.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Shows(page, "birch", "cedar");
        Assert.Equal((RunState.Finished, RunState.Finished), ((await _site.Load(_ids["birch"])).State, (await _site.Load(_ids["cedar"])).State));

        await Select(page, "birch", "cedar");
        await bar.GetByRole(AriaRole.Button, new() { Name = "Archive", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show them" }).ClickAsync();
        await Shows(page, "birch", "cedar");
        await Select(page, "birch", "cedar");
        await bar.GetByRole(AriaRole.Button, new() { Name = "Restore" }).ClickAsync();
        await Expect(message.Filter(new() { HasText = "2 runs are back." })).ToBeVisibleAsync();
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task WhatOthersRenameAndTag_IsSeenInTheOpenList()
    {
        await using Visit visit = await Visit.As(chromium, _site.Address, "admin1", "/runs");
        await Shows(visit.Page, "amber", "birch", "cedar");
        await Service.Describe(_ids["birch"], "beech", null, ["old", "renamed"]);
        await Shows(visit.Page, "amber", "beech", "cedar");
        await Expect(Row(visit.Page, "beech")).ToContainTextAsync("renamed");
    }

    [Fact]
    public async Task AnEmptyList_OffersNobodyWhatTheyMayNotDo()
    {
        await using OwnSite empty = await OwnSite.Start();
        using HttpClient viewer = await SiteFixture.Join(empty.Services, empty.Address, UserRole.Viewer, "vera");
        Assert.Contains("Configure the quickstart run", await empty.Client.GetStringAsync("/runs", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        string page = WebUtility.HtmlDecode(await viewer.GetStringAsync("/runs", TestContext.Current.CancellationToken));
        Assert.DoesNotContain("/runs/new", page, StringComparison.Ordinal);
        Assert.Contains("Members create runs", page, StringComparison.Ordinal);
    }

    private static ILocator Row(IPage page, string name) => page.Locator("tr[data-row]").Filter(new() { Has = page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }) });

    private static async Task Select(IPage page, params string[] names)
    {
        foreach (string name in names) await page.GetByLabel($"Select {name}").ClickAsync();
        await Expect(page.Locator(".bulk-bar")).ToContainTextAsync($"{names.Length} selected");
    }

    private static async Task Shows(IPage page, params string[] names)
    {
        await Expect(page.Locator("tr[data-row]")).ToHaveCountAsync(names.Length);
        foreach (string name in names) await Expect(Row(page, name)).ToBeVisibleAsync();
    }

    private static Task InOrder(IPage page, params string[] names) => Expect(page.Locator("tr[data-row] .run-name a")).ToHaveTextAsync(names);

    private static string? Asked(IPage page, string key) => HttpUtility.ParseQueryString(new Uri(page.Url).Query)[key];
}
