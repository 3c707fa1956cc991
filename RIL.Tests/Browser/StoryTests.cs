using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RIL.Tests.Web;
using RIL.Tests.Web.Jobs;
using static Microsoft.Playwright.Assertions;

namespace RIL.Tests.Browser;

/// <summary>
/// The product as its users meet it, in a real browser, against the site as a process of its own and its real trainer: from the first start to the comparison of two runs.
/// Pictures of the way lie in artifacts/story afterwards.
/// </summary>
public sealed class StoryTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private const float Patience = 60_000, TrainingPatience = 900_000;

    // The charts of the overview and what stands in the legend under each while the stage that writes it is at work.
    private static readonly (string Chart, string Line)[] Warming = [("Loss", "loss")];
    private static readonly (string Chart, string Line)[] Reinforcing =
    [
        ("Reward", "student, reward"), ("Discriminator accuracy", "on the student"), ("Similarity by teacher", "teacher A"),
        ("KL to the reference, entropy", "KL to the reference"), ("Completion length", "student, mean"), ("Loss", "loss"),
    ];

    private static readonly Regex Number = new(@"^[−-]?\d");

    private readonly TemporaryFolder _folder = new();
    private readonly Look _look = new("story");
    private readonly List<IBrowserContext> _windows = [];
    private SiteProcess _site = null!;

    public async ValueTask InitializeAsync() => _site = await SiteProcess.Start(_folder.Path, "Runs:Quickstart=true");

    public async ValueTask DisposeAsync()
    {
        foreach (IBrowserContext window in _windows) await window.CloseAsync();
        _site.Dispose();
        foreach (string file in Directory.GetFiles(_folder.Path, "trainer.pid", SearchOption.AllDirectories)) FaultTests.KillTrainer(Path.GetDirectoryName(file)!);
        _folder.Dispose();
    }

    [Fact]
    public async Task FromTheFirstStart_ToTheComparisonOfTwoRuns()
    {
        try
        {
            await Story();
        }
        catch
        {
            // What was on every page that was open then.
            foreach ((int i, IPage page) in _windows.SelectMany(w => w.Pages).Index()) await _look.Picture(page, $"failed-{i}");
            throw;
        }
        Assert.True(_look.Complaints.Length == 0, _look.Complaints);
    }

    private async Task Story()
    {
        // The link that was printed leads to the password, and that to a run that trains.
        IBrowserContext ownWindow = await Window();
        IPage own = await Page(ownWindow);
        await own.GotoAsync(_site.Link!);
        await Join(own, null);
        // A click that begins on the page as it was sent and ends on the page that took its place is no click.
        await Visit.Answers(own);
        await own.ClickAsync("a:has-text(\"Quickstart\") >> nth=0");
        await IsAt(own, "/runs/[a-z0-9]{10}$");
        string quickstart = new Uri(own.Url).AbsolutePath;

        // Others are invited: one who trains too, one who only looks.
        IBrowserContext memberWindow = await Window(), viewerWindow = await Window();
        IPage member = await Page(memberWindow), viewer = await Page(viewerWindow);
        await Invited(own, member, "Member", "mia");
        await Invited(own, viewer, "Viewer", "vera");

        // All watch the same run train: numbers change before their eyes, without a reload.
        foreach (IPage page in (IPage[])[own, member, viewer])
        {
            await page.GotoAsync(quickstart);
            await Expect(page.Locator(".state-running").First).ToBeVisibleAsync();
        }
        await Changes(own, Warming);
        await Changes(member, Warming);
        await _look.Picture(own, "run-warming-up");
        await viewer.GotoAsync(quickstart + "?tab=completions");
        await Task.WhenAll(Changes(own, Reinforcing), Changes(member, Reinforcing), ShowsCompletions(viewer));
        await _look.Picture(own, "run-reinforcing");
        await IsRefused(viewer, quickstart);

        await Expect(own.Locator(".state-finished").First).ToBeVisibleAsync(new() { Timeout = TrainingPatience });
        await Expect(viewer.Locator(".state-finished").First).ToBeVisibleAsync();
        await Expect(own.Locator("table.closing tr.total td").First).ToContainTextAsync("%");
        await Expect(own.Locator("table.closing")).ToContainTextAsync("teacher A");
        await _look.Picture(own, "run-finished");

        // The member tries other reward weights, shorter, and watches both.
        string clone = await Clone(member, quickstart);
        // Charts are drawn when they come into view: the one that is looked for comes first.
        await member.GotoAsync($"/compare?runs={quickstart.Split('/')[^1]},{clone.Split('/')[^1]}&find=loss");
        await Changes(member, [("Loss", "answer counts double")]);
        await Expect(Legend(member, "Loss", "Quickstart")).ToHaveTextAsync(Number);

        // Closed, and opened again later in another window: the run has gone on, the page is where it would be.
        await memberWindow.CloseAsync();
        IBrowserContext laterWindow = await Window();
        IPage later = await Page(laterWindow);
        await later.GotoAsync("/sign-in");
        await Visit.SignIn(later, "mia");
        await later.GotoAsync(clone);
        await Changes(later, Warming);

        // Stopped, and gone on with.
        await later.ClickAsync(".run-actions button:has-text(\"Stop\")");
        await Expect(later.Locator(".state-cancelled").First).ToBeVisibleAsync();
        await later.ClickAsync(".run-actions button:has-text(\"Go on\")");
        await Changes(later, Warming);
        await Expect(later.Locator(".state-finished").First).ToBeVisibleAsync(new() { Timeout = TrainingPatience });

        // Side by side, from the list.
        await later.GotoAsync("/runs");
        await Visit.Answers(later);
        foreach (string name in (string[])["Quickstart", "answer counts double"]) await later.CheckAsync($"input[aria-label=\"Select {name}\"]");
        await later.ClickAsync(".bulk-bar >> text=Compare");
        await IsAt(later, @"/compare\?runs=");
        string compare = later.Url;
        foreach (IPage page in (IPage[])[later, viewer])
        {
            await page.GotoAsync(compare);
            foreach (string name in (string[])["Quickstart", "answer counts double"]) await Expect(Legend(page, "Reward", name)).ToHaveTextAsync(Number);
        }
        await IsRefused(viewer, clone);

        await WalkByKeyboard(quickstart);
    }

    // Asked again and again: an address that changed in the very moment in which a click returned is not missed.
    private static Task IsAt(IPage page, string address) => Expect(page).ToHaveURLAsync(new Regex(address), new() { Timeout = Patience });

    private static string Address(string title) => $"metric-chart[options*='\"title\":\"{title}\",']";

    private static ILocator Chart(IPage page, string title) => page.Locator(Address(title));

    // Brought into view until it is drawn: a page puts other elements in the place of those that came first.
    private static Task Seen(IPage page, string title) => page.WaitForFunctionAsync(
        "address => { const chart = document.querySelector(address); chart?.scrollIntoView({ block: 'center' }); return !!chart?.plot; }", Address(title), new() { Timeout = TrainingPatience });

    // The value that stands beside a line's name under its chart.
    private static ILocator Legend(IPage page, string chart, string line) =>
        Chart(page, chart).Locator(".chart-item", new() { Has = page.Locator($".chart-item-name:text-is(\"{line}\")") }).Locator(".chart-value");

    // Each shows a number, and later another one.
    private static async Task Changes(IPage page, IReadOnlyList<(string Chart, string Line)> lines)
    {
        var first = new List<string>();
        foreach ((string chart, string line) in lines)
        {
            // Charts are drawn where they are in view.
            await Seen(page, chart);
            ILocator value = Legend(page, chart, line);
            await Expect(value).ToHaveTextAsync(Number, new() { Timeout = TrainingPatience });
            first.Add(await value.InnerTextAsync());
        }
        foreach (((string chart, string line), string before) in lines.Zip(first)) await Expect(Legend(page, chart, line)).Not.ToHaveTextAsync(before, new() { Timeout = Patience });
        Assert.True(await page.Locator(".state-running").CountAsync() > 0, "The run ended before its numbers had changed.");
    }

    // While the run trains: a question with its picture and the student's and a teacher's answer, each with what discriminator and advantage say.
    private static async Task ShowsCompletions(IPage page)
    {
        ILocator group = page.Locator("article.completion").First;
        await group.WaitForAsync(new() { Timeout = TrainingPatience });
        foreach (string who in (string[])["of-student", "of-teacher"])
        {
            ILocator answer = group.Locator("tr." + who).First;
            Assert.NotEqual("", await answer.Locator(".said").InnerTextAsync());
            await Expect(answer.Locator("[data-label=D]")).ToHaveTextAsync(new Regex(@"^[01]\.\d\d"));
            await Expect(answer.Locator("[data-label=A]")).ToHaveTextAsync(new Regex(@"^[+−]?\d+\.\d\d$"));
        }
        await page.WaitForFunctionAsync("() => document.querySelector('article.completion img')?.naturalWidth > 0");
        Assert.True(await page.Locator(".state-running").CountAsync() > 0, "The run ended before its completions were seen.");
    }

    // Whoever only looks is offered nothing, and refused what is asked for all the same.
    private static async Task IsRefused(IPage viewer, string run)
    {
        IPage page = await viewer.Context.NewPageAsync();
        await page.GotoAsync(run);
        await Visit.Answers(page);
        Assert.Equal(0, await page.Locator(".run-actions button").CountAsync());
        await page.GotoAsync("/runs");
        Assert.Equal(0, await page.Locator("a[href='/runs/new']").CountAsync());
        Assert.Equal(403, await page.EvaluateAsync<int>("async address => (await fetch(address, { method: 'POST' })).status", $"/api/v1{run}/actions/stop"));
        foreach (string address in (string[])["/runs/new", "/runs/new?clone=" + run.Split('/')[^1], "/users"]) Assert.Equal(403, (await page.GotoAsync(address))!.Status);
        await page.CloseAsync();
    }

    private static async Task Invited(IPage own, IPage other, string role, string name)
    {
        await own.GotoAsync("/users");
        await Visit.Answers(own);
        await own.SelectOptionAsync(".token-form select >> nth=0", role);
        await own.ClickAsync("text=Make a link");
        await other.GotoAsync(await own.InnerTextAsync("[data-link]"));
        await Join(other, name);
    }

    private static async Task Join(IPage page, string? name)
    {
        if (name is not null) await page.FillAsync("#name", name);
        await page.FillAsync("#password", SiteFixture.Password);
        await page.FillAsync("#repeat", SiteFixture.Password);
        await page.ClickAsync("button[type=submit]");
        await IsAt(page, "[0-9]/$");
    }

    private static async Task<string> Clone(IPage page, string run)
    {
        await page.GotoAsync(run);
        await Visit.Answers(page);
        await page.ClickAsync(".run-actions button:has-text(\"Clone\"), .run-actions a:has-text(\"Clone\")");
        await IsAt(page, @"/runs/new\?clone=");
        await Visit.Answers(page);
        foreach ((string field, string value) in ((string, string)[])[("#weight-answer", "2"), ("#field-max_steps", "40"), ("#field-sft_steps", "400"), ("#run-name", "answer counts double")])
        {
            await page.FillAsync(field, value);
            await page.PressAsync(field, "Tab");
        }
        await Expect(page.Locator(".difference-list")).ToContainTextAsync("sft_steps");
        await Expect(page.Locator(".difference-list")).ToContainTextAsync("reward_weights");
        // A reload loses nothing of it.
        await page.ReloadAsync();
        await page.WaitForSelectorAsync("text=What you had typed here is back");
        Assert.Equal("2", await page.InputValueAsync("#weight-answer"));
        await page.ClickAsync("button:has-text(\"Start\")");
        await IsAt(page, "/runs/[a-z0-9]{10}$");
        return new Uri(page.Url).AbsolutePath;
    }

    private async Task WalkByKeyboard(string other)
    {
        IBrowserContext window = await Window();
        IPage page = await Page(window);
        await page.GotoAsync("/sign-in");
        await page.Keyboard.TypeAsync("admin");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(SiteFixture.Password);
        await page.Keyboard.PressAsync("Enter");
        await IsAt(page, "[0-9]/$");
        await Visit.Answers(page);
        await TabTo(page, "nav a[href='/runs']");
        await page.Keyboard.PressAsync("Enter");
        await IsAt(page, "/runs$");
        await TabTo(page, "a[href='/runs/new']");
        await page.Keyboard.PressAsync("Enter");
        await IsAt(page, "/runs/new$");
        await Visit.Answers(page);
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
        // Watched: the loss as a table beside its chart, which grows. Charts stand in another order before the warm start begins.
        await Expect(Legend(page, "Loss", "loss")).ToHaveTextAsync(Number, new() { Timeout = Patience });
        await TabTo(page, "button[aria-label='Show as a table: Loss']");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".chart-table:not(.visually-hidden)")).ToBeVisibleAsync();
        await Changes(page, Warming);
        await TabTo(page, ".run-actions button:has-text('Stop')");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync(".state-cancelled", new() { Timeout = Patience });
        await TabTo(page, "nav a[href='/runs']");
        await page.Keyboard.PressAsync("Enter");
        await IsAt(page, "/runs$");
        foreach (string name in (string[])["by keyboard", "Quickstart"])
        {
            await TabTo(page, $"input[aria-label=\"Select {name}\"]");
            await page.Keyboard.PressAsync("Space");
        }
        await TabTo(page, ".bulk-bar a:has-text('Compare')");
        await page.Keyboard.PressAsync("Enter");
        await IsAt(page, @"/compare\?runs=");
        await Seen(page, "Loss");
        foreach (string name in (string[])["by keyboard", "Quickstart"]) await Expect(Legend(page, "Loss", name)).ToHaveTextAsync(Number);
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

    private async Task<IBrowserContext> Window()
    {
        IBrowserContext window = await chromium.Window(_site.Address);
        window.SetDefaultTimeout(Patience);
        _windows.Add(window);
        return window;
    }

    private async Task<IPage> Page(IBrowserContext window)
    {
        IPage page = await window.NewPageAsync();
        _look.Listen(page);
        return page;
    }
}
