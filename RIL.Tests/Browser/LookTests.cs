using Microsoft.Playwright;
using RIL.Tests.Web;
using RIL.Web.Runs;
using static Microsoft.Playwright.Assertions;

namespace RIL.Tests.Browser;

/// <summary>Every page in every state that people meet, in both themes and both widths: nothing serious for axe, nothing wider than the window, nothing on the console. Pictures lie in artifacts/screens. RIL_LOOK=run,compare looks at those alone whose names begin so.</summary>
public sealed class LookTests(ChromiumFixture chromium)
{
    private sealed record Screen(string Name, string Path, Func<IPage, Task>? Do = null, bool Foreign = false);

    [Fact]
    public async Task EveryPage_InEveryState_InBothThemesAndBothWidths()
    {
        await using LookSite site = await LookSite.Start();
        var look = new Look("screens");
        Screen[] start = [new("start", "/start/" + site.Links.Start)];
        Screen[] empty = [new("home-empty", "/"), new("runs-empty", "/runs"), new("system-empty", "/system"), new("compare-empty", "/compare")];

        await Walk(look, site.EmptyAddress, null, start);
        await site.Enter();
        await Walk(look, site.EmptyAddress, "admin1", empty);
        await Walk(look, site.Address, null, Doors(site));
        await Walk(look, site.Address, "admin1", Pages(site));
        await Walk(look, site.Address, "vera", [.. ViewersPages(site).Select(s => s with { Name = "viewer-" + s.Name })]);
        Assert.True(look.Complaints.Length == 0, look.Complaints);
    }

    private async Task Walk(Look look, Uri site, string? person, IReadOnlyList<Screen> screens)
    {
        // Both themes at once: while one page is drawn, axe reads the other.
        foreach (int width in (int[])[1440, 360]) await Task.WhenAll(Walk(look, site, person, screens, dark: false, width), Walk(look, site, person, screens, dark: true, width));
    }

    private async Task Walk(Look look, Uri site, string? person, IReadOnlyList<Screen> screens, bool dark, int width)
    {
        await using IBrowserContext window = person is null ? await chromium.Window(site, dark, width) : await Visit.Window(chromium, site, person, dark, width);
        IPage page = await window.NewPageAsync();
        look.Listen(page);
        string[]? wanted = Environment.GetEnvironmentVariable("RIL_LOOK")?.Split(',');
        foreach (Screen screen in screens.Where(s => wanted?.Any(w => s.Name.StartsWith(w, StringComparison.Ordinal)) ?? true))
        {
            await page.GotoAsync(screen.Path);
            if (screen.Do is { } act)
            {
                if (person is not null && !screen.Foreign) await Visit.Answers(page);
                await act(page);
            }
            await look.At(page, $"{screen.Name}-{(dark ? "dark" : "light")}-{width}", screen.Foreign);
        }
    }

    private static Screen[] Doors(LookSite site) =>
    [
        new("sign-in", "/sign-in"), new("sign-in-refused", "/sign-in", Refused),
        new("start-used", "/start/abcdefghjk"), new("invite", "/invite/" + site.Links.Invite), new("invite-used", "/invite/abcdefghjk"), new("invite-refused", "/invite/" + site.Links.Invite, Differing), new("new-password", "/invite/" + site.Links.Reset),
    ];

    private static Screen[] Pages(LookSite site) =>
    [
        new("home", "/"), new("runs", "/runs"), new("runs-none", "/runs?filter=name%3Dnothing"), new("runs-wrong-filter", "/runs?filter=state%20%3D%3D"), new("runs-chosen", "/runs", Choose),
        new("new-run", "/runs/new"), new("new-run-problems", "/runs/new", Mistyped), new("clone", "/runs/new?clone=" + site.First), new("draft-edit", "/runs/new?draft=" + site.Run(RunState.Draft)),
        .. ((string[])["overview", "charts", "completions", "config", "checkpoints", "log"]).Select(t => new Screen("run-" + t, $"/runs/{site.First}?tab={t}")),
        .. ((RunState[])[RunState.Draft, RunState.Queued, RunState.Running, RunState.Paused, RunState.Failed, RunState.Cancelled, RunState.Archived, RunState.Deleted]).Select(s => new Screen("run-" + s.ToString().ToLowerInvariant(), "/runs/" + site.Run(s))),
        new("run-notes", "/runs/" + site.Second, BeginNotes), new("run-nowhere", "/runs/abcdefghjk"),
        .. ((string[])["charts", "settings", "metrics", "completions"]).Select(t => new Screen("compare-" + t, $"/compare?runs={site.First},{site.Second}&tab={t}")), new("compare-one", "/compare?runs=" + site.First),
        new("datasets", "/datasets"), new("dataset", "/datasets/quickstart:rl"), new("dataset-own", "/datasets/" + site.Dataset), new("dataset-upload", "/datasets/upload"), new("dataset-upload-problems", "/datasets/upload", page => Upload(page, site.BadZip)),
        new("teachers", "/teachers"), new("teacher", "/teachers/quickstart:A"), new("teacher-own", "/teachers/" + site.Teacher), new("teacher-upload", "/teachers/upload"),
        new("models", "/models"), new("model", "/models/quickstart:Student"), new("model-registered", "/models/" + site.Model), new("model-of-a-run", "/models/run:" + site.First),
        new("system", "/system", Measured), new("dialog", "/system", RemoveForGood), new("job-queue", "/hangfire", Foreign: true), new("api", "/api/docs", Described, Foreign: true),
        new("account", "/account"), new("password", "/account/password"), new("users", "/users"), new("users-link", "/users", MakeALink), new("palette", "/", OpenPalette), new("nowhere", "/nowhere"),
    ];

    private static Screen[] ViewersPages(LookSite site) =>
    [
        new("home", "/"), new("runs", "/runs"), new("run", "/runs/" + site.First), new("run-checkpoints", $"/runs/{site.First}?tab=checkpoints"), new("run-running", "/runs/" + site.Run(RunState.Running)), new("compare", $"/compare?runs={site.First},{site.Second}"),
        new("datasets", "/datasets"), new("dataset-own", "/datasets/" + site.Dataset), new("teachers", "/teachers"), new("models", "/models"), new("system", "/system", Measured), new("account", "/account"),
    ];

    private static async Task Refused(IPage page)
    {
        await page.FillAsync("#name", "nobody");
        await page.FillAsync("#password", "not the right sentence");
        await page.ClickAsync("button[type=submit]");
        await page.GetByRole(AriaRole.Alert).WaitForAsync();
    }

    private static async Task Differing(IPage page)
    {
        await page.FillAsync("#name", "Ada");
        await page.FillAsync("#password", SiteFixture.Password);
        await page.FillAsync("#repeat", SiteFixture.Password + "s");
        await page.ClickAsync("button[type=submit]");
        await page.GetByRole(AriaRole.Alert).WaitForAsync();
    }

    private static async Task Choose(IPage page)
    {
        foreach (string name in (string[])["Quickstart", "answer counts double"]) await page.GetByLabel($"Select {name}").CheckAsync();
        await page.Locator(".bulk-bar").WaitForAsync();
    }

    private static async Task Mistyped(IPage page)
    {
        await page.FillAsync("#field-max_steps", "many");
        await page.PressAsync("#field-max_steps", "Tab");
        await page.Locator(".param-problem").First.WaitForAsync();
    }

    private static async Task Upload(IPage page, string file)
    {
        await page.Locator("input[type=file]").SetInputFilesAsync(file);
        await Expect(page.Locator(".upload-chosen")).ToContainTextAsync("bad.zip");
        await page.GetByRole(AriaRole.Button, new() { Name = "Upload", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Region, new() { Name = "Rows that cannot be used" }).WaitForAsync();
    }

    private static Task Measured(IPage page) => Expect(page.GetByRole(AriaRole.Region, new() { Name = "Storage" }).First.GetByText("Quickstart").First).ToBeVisibleAsync();

    private static Task Described(IPage page) => page.GetByRole(AriaRole.Heading, new() { Level = 1 }).First.WaitForAsync();

    private static async Task RemoveForGood(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove a run that is deleted for good" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Remove for good");
    }

    private static async Task MakeALink(IPage page)
    {
        await page.ClickAsync("text=Make a link");
        await page.Locator("[data-link]").WaitForAsync();
    }

    private static async Task BeginNotes(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "+ notes" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Notes", new() { Exact = true })).ToBeFocusedAsync();
    }

    private static async Task OpenPalette(IPage page)
    {
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("run");
        await page.Locator("[role=option]").First.WaitForAsync();
    }
}
