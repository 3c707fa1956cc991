using System.Globalization;
using System.Text;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using RIL.Tests.Web;
using RIL.Tests.Web.Jobs;

namespace RIL.Tests.Browser;

/// <summary>
/// The product as its users meet it, in a real browser, against the site as a process of its own and its real trainer: from the first start to the comparison of two runs.
/// Screenshots of every page lie in the folder artifacts afterwards.
/// </summary>
public sealed class StoryTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private const float Patience = 60_000, TrainingPatience = 900_000;
    private static readonly string Pictures = Path.Combine(SiteFixture.Root(), "artifacts", "screens");

    private readonly TemporaryFolder _folder = new();
    private readonly StringBuilder _complaints = new();
    private SiteProcess _site = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await SiteProcess.Start(_folder.Path, "Runs:Quickstart=true");
        Directory.CreateDirectory(Pictures);
    }

    public ValueTask DisposeAsync()
    {
        _site.Dispose();
        foreach (string file in Directory.GetFiles(_folder.Path, "trainer.pid", SearchOption.AllDirectories)) FaultTests.KillTrainer(Path.GetDirectoryName(file)!);
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task FromTheFirstStart_ToTheComparisonOfTwoRuns()
    {
        // The link that was printed leads to the password, and that to a run that trains.
        await using IBrowserContext ownWindow = await Window();
        IPage own = await Page(ownWindow);
        await own.GotoAsync(_site.Link!);
        await own.FillAsync("#password", SiteFixture.Password);
        await own.FillAsync("#repeat", SiteFixture.Password);
        await own.ClickAsync("button[type=submit]");
        await own.WaitForSelectorAsync("a:has-text(\"Quickstart\")");
        await own.ClickAsync("a:has-text(\"Quickstart\") >> nth=0");
        await own.WaitForURLAsync("**/runs/*");
        string quickstart = new Uri(own.Url).AbsolutePath;

        // A second person is invited, and sees the same run live.
        await own.GotoAsync("/users");
        await Interactive(own);
        await own.SelectOptionAsync(".token-form select >> nth=0", "Viewer");
        await own.ClickAsync("text=Make a link");
        string link = await own.InnerTextAsync("[data-link]");
        await using IBrowserContext otherWindow = await Window();
        IPage other = await Page(otherWindow);
        await other.GotoAsync(link);
        await other.FillAsync("#name", "vera");
        await other.FillAsync("#password", SiteFixture.Password);
        await other.FillAsync("#repeat", SiteFixture.Password);
        await other.ClickAsync("button[type=submit]");
        await other.WaitForURLAsync("**/");
        await other.GotoAsync(quickstart);
        await other.WaitForSelectorAsync(".state-running");
        await own.GotoAsync(quickstart);
        await own.WaitForSelectorAsync(".state-running");
        Assert.Equal(0, await other.Locator(".run-actions button").CountAsync());
        Assert.True(await own.Locator(".run-actions button").CountAsync() > 0);
        await Shoot(own, "run-running");

        // Both watch it to its end, without a reload.
        await own.WaitForSelectorAsync(".state-finished", new() { Timeout = TrainingPatience });
        await other.WaitForSelectorAsync(".state-finished", new() { Timeout = Patience });
        await own.WaitForSelectorAsync("canvas");
        Assert.Contains("teacher", await own.InnerTextAsync("main"), StringComparison.OrdinalIgnoreCase);
        await own.GotoAsync(quickstart + "?tab=completions");
        await own.WaitForFunctionAsync("() => [...document.querySelectorAll('main img')].some(i => i.naturalWidth > 0)");

        // A variation with another reward weight, shorter.
        await own.GotoAsync(quickstart);
        await Interactive(own);
        await own.ClickAsync(".run-actions button:has-text(\"Clone\"), .run-actions a:has-text(\"Clone\")");
        await own.WaitForURLAsync("**/runs/new?clone=*");
        await Interactive(own);
        await own.FillAsync("#weight-answer", "2");
        await own.PressAsync("#weight-answer", "Tab");
        await own.WaitForSelectorAsync(".difference-list:has-text(\"reward_weights\")");
        await own.FillAsync("#field-max_steps", "40");
        await own.PressAsync("#field-max_steps", "Tab");
        await own.FillAsync("#field-sft_steps", "200");
        await own.PressAsync("#field-sft_steps", "Tab");
        await own.FillAsync("#run-name", "answer counts double");
        await own.PressAsync("#run-name", "Tab");
        await own.WaitForSelectorAsync(".difference-list:has-text(\"sft_steps\")");
        // A reload loses nothing of it.
        await own.ReloadAsync();
        await own.WaitForSelectorAsync("text=What you had typed here is back");
        Assert.Equal("2", await own.InputValueAsync("#weight-answer"));
        await own.ClickAsync("button:has-text(\"Start\")");
        await own.WaitForURLAsync(url => url.Contains("/runs/", StringComparison.Ordinal) && !url.Contains("new", StringComparison.Ordinal));
        string clone = new Uri(own.Url).AbsolutePath;

        // Stopped, and gone on with.
        await own.WaitForSelectorAsync(".state-running", new() { Timeout = Patience });
        await own.ClickAsync(".run-actions button:has-text(\"Stop\")");
        await own.WaitForSelectorAsync(".state-cancelled", new() { Timeout = Patience });
        await own.ClickAsync(".run-actions button:has-text(\"Go on\")");
        await own.WaitForSelectorAsync(".state-finished", new() { Timeout = TrainingPatience });

        // Side by side.
        await own.GotoAsync("/runs");
        await Interactive(own);
        foreach (string name in (string[])["Quickstart", "answer counts double"]) await own.CheckAsync($"input[aria-label=\"Select {name}\"]");
        await own.ClickAsync(".bulk-bar >> text=Compare");
        await own.WaitForURLAsync("**/compare?runs=*");
        await own.WaitForSelectorAsync("canvas");
        string compare = own.Url;

        // The second person sees all of it and may change none of it.
        await other.GotoAsync(compare);
        await other.WaitForSelectorAsync("canvas");
        await other.GotoAsync("/runs");
        Assert.Equal(0, await other.Locator("a[href='/runs/new']").CountAsync());
        Assert.Equal(403, (await other.GotoAsync("/runs/new"))!.Status);
        Assert.Equal(403, (await other.GotoAsync("/users"))!.Status);

        await LookAtEveryPage(quickstart, new Uri(compare).PathAndQuery);
        await WalkByKeyboard(quickstart);
        Assert.True(_complaints.Length == 0, _complaints.ToString());
    }

    // Nothing serious for axe, no fault on the console, no page wider than the window, in both themes and both widths; a picture of each.
    private async Task LookAtEveryPage(string run, string compare)
    {
        (string Name, string Path)[] pages =
        [
            ("home", "/"), ("runs", "/runs"), ("runs-none", "/runs?filter=name%3Dnothing"), ("new-run", "/runs/new"), ("clone", "/runs/new?clone=" + run.Split('/')[^1]),
            ("run", run), ("run-charts", run + "?tab=charts"), ("run-completions", run + "?tab=completions"), ("run-config", run + "?tab=config"), ("run-checkpoints", run + "?tab=checkpoints"), ("run-log", run + "?tab=log"),
            ("compare", compare), ("datasets", "/datasets"), ("dataset", "/datasets/quickstart:rl"), ("dataset-upload", "/datasets/upload"), ("teachers", "/teachers"), ("teacher", "/teachers/quickstart:A"), ("teacher-upload", "/teachers/upload"),
            ("models", "/models"), ("model", "/models/quickstart:Student"), ("system", "/system"), ("account", "/account"), ("password", "/account/password"), ("users", "/users"), ("nowhere", "/nowhere"),
        ];
        foreach (bool dark in (bool[])[false, true])
        {
            foreach (int width in (int[])[1440, 360])
            {
                await using IBrowserContext window = await Window(dark, width);
                IPage page = await Page(window);
                await Shoot(page, "sign-in", dark, width, "/sign-in");
                await Enter(page);
                foreach ((string name, string path) in pages) await Shoot(page, name, dark, width, path);
            }
        }
    }

    private async Task Shoot(IPage page, string name, bool dark, int width, string path)
    {
        await page.GotoAsync(path);
        await Settle(page);
        string what = $"{name}, {(dark ? "dark" : "light")}, {width} px";
        AxeResult found = await page.RunAxe();
        foreach (AxeResultItem violation in found.Violations.Where(v => v.Impact is "serious" or "critical"))
            _complaints.AppendLine(CultureInfo.InvariantCulture, $"{what}: {violation.Id}: {violation.Help}: {string.Join(" | ", violation.Nodes.Take(3).Select(n => n.Html.Length > 160 ? n.Html[..160] : n.Html))}");
        int wider = await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - window.innerWidth");
        if (wider > 0) _complaints.AppendLine(CultureInfo.InvariantCulture, $"{what}: {wider} px wider than the window");
        await Shoot(page, $"{name}-{(dark ? "dark" : "light")}-{width}");
    }

    private static Task Shoot(IPage page, string name) => page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, name + ".png") });

    // Create, watch, stop, compare: the keyboard alone.
    private async Task WalkByKeyboard(string other)
    {
        await using IBrowserContext window = await Window();
        IPage page = await Page(window);
        await page.GotoAsync("/sign-in");
        await page.Keyboard.TypeAsync("admin");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(SiteFixture.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/");
        await Interactive(page);
        await TabTo(page, "nav a[href='/runs']");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/runs");
        await TabTo(page, "a[href='/runs/new']");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/runs/new");
        await Interactive(page);
        await TabTo(page, "#run-name");
        await page.Keyboard.TypeAsync("by keyboard");
        await TabTo(page, "#yaml");
        await page.Keyboard.PressAsync("Control+End");
        await page.Keyboard.TypeAsync("\nlogging_steps: 1\nnotes_of_mine: 1");
        await page.Keyboard.PressAsync("Tab");
        await page.WaitForSelectorAsync(".param-problem:has-text(\"notes_of_mine\")");
        await TabTo(page, "#yaml");
        await page.Keyboard.PressAsync("Control+End");
        for (int i = 0; i < "\nnotes_of_mine: 1".Length; i++) await page.Keyboard.PressAsync("Backspace");
        await page.Keyboard.PressAsync("Tab");
        await page.WaitForSelectorAsync(".param-problem:has-text(\"notes_of_mine\")", new() { State = WaitForSelectorState.Detached });
        await TabTo(page, ".page-actions button:has-text('Start')");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync(".state-running", new() { Timeout = Patience });
        await TabTo(page, ".run-actions button:has-text('Stop')");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync(".state-cancelled", new() { Timeout = Patience });
        await TabTo(page, "nav a[href='/runs']");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/runs");
        foreach (string name in (string[])["by keyboard", "Quickstart"])
        {
            await TabTo(page, $"input[aria-label=\"Select {name}\"]");
            await page.Keyboard.PressAsync("Space");
        }
        await TabTo(page, ".bulk-bar a:has-text('Compare')");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/compare?runs=*");
        await page.WaitForSelectorAsync("canvas");
        Assert.Contains(other.Split('/')[^1], page.Url, StringComparison.Ordinal);
    }

    private static async Task TabTo(IPage page, string target)
    {
        ILocator wanted = page.Locator(target).First;
        await wanted.WaitForAsync();
        for (int i = 0; i < 400; i++)
        {
            if (await wanted.EvaluateAsync<bool>("e => e === document.activeElement")) return;
            await page.Keyboard.PressAsync("Tab");
        }
        Assert.Fail($"Tab never came to {target}.");
    }

    private static async Task Enter(IPage page)
    {
        await page.GotoAsync("/sign-in");
        await page.FillAsync("#name", "admin");
        await page.FillAsync("#password", SiteFixture.Password);
        await page.ClickAsync("button[type=submit]");
        await page.WaitForURLAsync("**/");
    }

    private async Task<IBrowserContext> Window(bool dark = false, int width = 1440)
    {
        IBrowserContext window = await chromium.Window(_site.Address, dark, width);
        window.SetDefaultTimeout(Patience);
        return window;
    }

    private async Task<IPage> Page(IBrowserContext window)
    {
        IPage page = await window.NewPageAsync();
        // What a server refuses, tests ask for on purpose.
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.Contains("403", StringComparison.Ordinal) && !message.Text.Contains("404", StringComparison.Ordinal)) lock (_complaints) _complaints.AppendLine($"{page.Url}: console: {message.Text}");
        };
        page.PageError += (_, error) =>
        {
            lock (_complaints) _complaints.AppendLine($"{page.Url}: {error}");
        };
        return page;
    }

    /// <summary>Waits until the page answers: its circuit is there.</summary>
    private static Task Interactive(IPage page) => page.WaitForSelectorAsync(".frame[data-live=true]");

    // Pictures and charts are there, and nothing moves any more.
    private static async Task Settle(IPage page)
    {
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await page.WaitForFunctionAsync("() => !document.querySelector('.skeleton')");
        await page.EvaluateAsync("() => document.fonts.ready");
    }
}
