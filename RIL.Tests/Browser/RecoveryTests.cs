using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RIL.Tests.Web;
using RIL.Tests.Web.Jobs;
using RIL.Tests.Web.Runs.Live;
using RIL.Web.Accounts;
using RIL.Web.Runs;
using RIL.Web.Runs.Live;
using static Microsoft.Playwright.Assertions;

namespace RIL.Tests.Browser;

/// <summary>What happens to an open page when site, network, tab or sign-in go away under it: it says so, comes back by itself, and misses nothing.</summary>
public sealed class RecoveryTests(ChromiumFixture chromium, SiteFixture site)
{
    private const float Patience = 60_000;
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(Patience);

    // Every line of every chart on the page: its metric and its steps.
    private const string Lines = "() => [...document.querySelectorAll('metric-chart')].filter(c => c.lines).flatMap(c => c.lines.map((l, i) => [l.spec.metric, c.view()[i].points.steps]))";

    [Fact]
    public async Task ASiteThatIsKilledAndStartedAgain_IsBackOnTheOpenPage_WithTheNewestValues()
    {
        using var folder = new TemporaryFolder();
        SiteProcess process = await SiteProcess.Start(folder.Path);
        try
        {
            using HttpClient admin = SiteFixture.Client(process.Address);
            await SiteFixture.Post(admin, process.Link!, new() { ["Form.Name"] = "admin", ["Form.Password"] = SiteFixture.Password, ["Form.Repeat"] = SiteFixture.Password });
            JsonNode settings = JsonNode.Parse(OwnSite.TinyRun)!;
            settings["sft_steps"] = 300;
            using HttpResponseMessage made = await admin.PostAsJsonAsync("/api/v1/runs", new JsonObject { ["presets"] = new JsonArray("quickstart"), ["config"] = settings });
            string run = (string)(await made.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
            await using Visit visit = await Visit.As(chromium, process.Address, "admin", $"/runs/{run}");
            IPage page = visit.Page;
            await Expect(page.Locator(".state-running").First).ToBeVisibleAsync(new() { Timeout = Patience });
            await page.EvaluateAsync("() => { window.before = true; }");

            process.Kill();
            await Expect(page.GetByText("No connection to the site")).ToBeVisibleAsync();
            string at = $"urls={process.Address}";
            process.Dispose();
            process = await SiteProcess.Start(folder.Path, at);

            // The new site knows nothing of the old page's connection: the page loads itself, at its own address, and nobody has to sign in.
            await page.WaitForFunctionAsync("() => !window.before && document.querySelector('.frame[data-live=true]')", null, new() { Timeout = Patience });
            Assert.Equal($"/runs/{run}", new Uri(page.Url).AbsolutePath);
            await Expect(page.GetByText("No connection to the site")).ToBeHiddenAsync();
            await Expect(page.Locator(".state-finished").First).ToBeVisibleAsync(new() { Timeout = 3 * Patience });
            await HasAllValues(page, $"/api/v1/runs/{run}/metrics/series?name=reward", "reward");
        }
        finally
        {
            process.Dispose();
            foreach (string file in Directory.GetFiles(folder.Path, "trainer.pid", SearchOption.AllDirectories)) FaultTests.KillTrainer(Path.GetDirectoryName(file)!);
        }
    }

    // Silence is noticed by the charts' connection after 15 s and by the page's after 30 s: the cut lasts 30 s, and until both have said so.
    [Fact]
    public async Task ANetworkThatIsCut_IsSaid_AndLeavesNeitherAGapNorADoubledValue()
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 0; step <= 5; step++) await run.Step(step, tell: false);
        await using var wire = new Wire(site.Address);
        await using Visit visit = await Visit.As(chromium, wire.Address, "vera", $"/runs/{run.Id}");
        IPage page = visit.Page;
        await ShowsSteps(page, 5);
        await Expect(page.Locator(".chart-live-live").First).ToBeAttachedAsync();
        await run.Step(6);
        await ShowsSteps(page, 6);
        await page.EvaluateAsync("() => { window.before = true; }");

        wire.Cut();
        var silence = Task.Delay(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        for (int step = 7; step <= 20; step++) await run.Step(step);
        await Expect(page.Locator(".chart-live").First).ToContainTextAsync("stale since", new() { Timeout = Patience });
        await Expect(page.GetByText("No connection to the site")).ToBeVisibleAsync(new() { Timeout = Patience });
        await run.Step(21);
        await silence;
        wire.Mend();
        await ShowsSteps(page, 21);
        await Expect(page.Locator(".chart-live-live").First).ToBeAttachedAsync();
        await Expect(page.GetByText("No connection to the site")).ToBeHiddenAsync(new() { Timeout = Patience });
        await run.Step(22);
        await ShowsSteps(page, 22);
        // The site had kept the page: nothing was loaded anew, and so nothing typed or zoomed was lost.
        Assert.True(await page.EvaluateAsync<bool>("() => window.before === true"));
        await run.End();
        await Expect(page.Locator(".state-finished").First).ToBeVisibleAsync(new() { Timeout = Patience });
    }

    // Nothing of the page runs while it sleeps. Whoever sleeps for long (30 s) is forgotten by the site.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ATabThatSlept_WakesUpWithTheNewestValues(bool forgotten)
    {
        // A site of its own: who reads there is this page alone.
        await using OwnSite own = await OwnSite.Start();
        LiveRun run = await LiveRun.Create(own.Services, "reward");
        for (int step = 0; step <= 3; step++) await run.Step(step, tell: false);
        await using Visit visit = await Visit.As(chromium, own.Address, "admin1", $"/runs/{run.Id}");
        IPage page = visit.Page;
        await ShowsSteps(page, 3);
        await run.Step(4);
        await ShowsSteps(page, 4, atOnce: false);
        await page.EvaluateAsync("() => { window.slept = 0; let last = performance.now(); setInterval(() => { const now = performance.now(); window.slept = Math.max(window.slept, now - last); last = now; }, 20); }");
        ICDPSession tab = await page.Context.NewCDPSessionAsync(page);
        var asleep = new TaskCompletionSource();
        tab.Event("Debugger.paused").OnEvent += (_, _) => asleep.TrySetResult();
        await tab.SendAsync("Debugger.enable");
        await tab.SendAsync("Debugger.pause");
        await asleep.Task.WaitAsync(Limit);
        var time = Stopwatch.StartNew();

        RunFeed feed = own.Services.GetRequiredService<RunFeed>();
        int readers = feed.Readers;
        Assert.True(readers > 0);
        for (int step = 5; step <= 9; step++) await run.Step(step);
        while (forgotten && feed.Readers >= readers)
        {
            Assert.True(time.Elapsed < 2 * Limit, "The site has not forgotten the page that sleeps.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        await run.End();
        double asleepFor = time.Elapsed.TotalMilliseconds;
        await tab.SendAsync("Debugger.resume");
        await tab.SendAsync("Debugger.disable");
        await ShowsSteps(page, 9, atOnce: false);
        await Expect(page.Locator(".state-finished").First).ToBeVisibleAsync(new() { Timeout = Patience });
        await Expect(page.GetByText("No connection to the site")).ToBeHiddenAsync(new() { Timeout = Patience });
        Assert.InRange(await page.EvaluateAsync<double>("() => window.slept"), asleepFor, double.MaxValue);
    }

    // The history comes at once, the script of the live connection later: what the run does in between is in neither.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhatHappensBetweenTheHistoryAndTheFirstNews_IsShown(bool ends)
    {
        LiveRun run = await LiveRun.Create(site, "reward");
        for (int step = 0; step <= 3; step++) await run.Step(step, tell: false);
        await using Visit visit = await Visit.As(chromium, site.Address, "vera", "/runs");
        IPage page = visit.Page;
        var script = new TaskCompletionSource();
        await page.RouteAsync("**/signalr.min.js", async route => { await script.Task.WaitAsync(Limit); await route.ContinueAsync(); });
        // News overtakes the answer to who subscribes.
        TaskCompletionSource asked = new(), news = new();
        await page.RouteWebSocketAsync(new Regex("/hubs/runs"), socket =>
        {
            IWebSocketRoute server = socket.ConnectToServer();
            bool first = true;
            server.OnMessage(async frame =>
            {
                string text = frame.Text!;
                bool isNews = text.Contains("\"updates\"", StringComparison.Ordinal);
                if (!ends && first && !isNews && text.Contains("\"last_event\"", StringComparison.Ordinal)) { first = false; asked.SetResult(); await news.Task.WaitAsync(Limit); }
                socket.Send(text);
                if (isNews) news.TrySetResult();
            });
        });
        await visit.Go($"/runs/{run.Id}");
        await ShowsSteps(page, 3);
        for (int step = 4; step <= 6; step++) await run.Step(step);
        if (ends) await run.End();
        script.SetResult();
        if (!ends)
        {
            await asked.Task.WaitAsync(Limit);
            await run.Step(7);
        }
        await ShowsSteps(page, ends ? 6 : 7, atOnce: false);
    }

    [Fact]
    public async Task ABrowserThatIsClosed_LeavesTheRunAlone_AndFindsItAgainAsItIsThen()
    {
        await using OwnSite own = await OwnSite.Start();
        string run = await own.Create();
        await using (Visit visit = await Visit.As(chromium, own.Address, "admin1", $"/runs/{run}"))
            await Expect(visit.Page.Locator(".state-running").First).ToBeVisibleAsync(new() { Timeout = Patience });
        Run ended = await own.Until(run, RunState.Finished);
        Assert.Equal(1, ended.Attempt);
        Assert.NotNull(ended.Summary);

        await using Visit again = await Visit.As(chromium, own.Address, "admin1", $"/runs/{run}");
        await Expect(again.Page.Locator(".state-finished").First).ToBeVisibleAsync();
        await HasAllValues(again.Page, $"/api/v1/runs/{run}/metrics/series?name=reward", "reward");
        await Expect(again.Page.Locator(".run-closing tbody tr").First).ToContainTextAsync("%");
        Assert.Empty(again.Complaints);
    }

    [Fact]
    public async Task SigningOutInOneWindow_LeadsTheOtherToTheDoor()
    {
        using HttpClient joined = await SiteFixture.Join(site.Services, site.Address, UserRole.Viewer, "two windows");
        LiveRun run = await LiveRun.Create(site, "reward");
        await run.Step(1, tell: false);
        await using Visit visit = await Visit.As(chromium, site.Address, "two windows", "/account");
        IPage other = await visit.Page.Context.NewPageAsync();
        await other.GotoAsync($"/runs/{run.Id}");
        await Visit.Answers(other);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
        await Visit.IsAt(visit.Page, "/sign-in");
        await Visit.IsAt(other, "/sign-in?returnUrl=", timeout: Patience);
        // Whoever signs in again is where they were.
        await Visit.SignIn(other, "two windows");
        Assert.Equal($"/runs/{run.Id}", new Uri(other.Url).AbsolutePath);
    }

    // Every step up to the last one, once each. Where what lies between is read after what is new has come, not in the very moment in which the last one appears.
    private static async Task ShowsSteps(IPage page, int last, bool atOnce = true)
    {
        string all = $"[{string.Join(',', Enumerable.Range(0, last + 1))}]", shown = $"JSON.stringify(({Lines})().find(([metric]) => metric === 'reward')?.[1])";
        if (atOnce)
        {
            await page.WaitForFunctionAsync($"last => ({Lines})().some(([metric, steps]) => metric === 'reward' && steps.at(-1) === last)", last, new() { Timeout = Patience });
            Assert.Equal(all, await page.EvaluateAsync<string>($"() => {shown}"));
        }
        else
        {
            await page.WaitForFunctionAsync($"all => {shown} === all", all, new() { Timeout = Patience });
        }
    }

    // What the chart has drawn is what a fresh reading of everything that was stored gives.
    private static Task HasAllValues(IPage page, string address, string metric) => page.WaitForFunctionAsync(
        $$"""
        async ([address, metric]) => {
          const { decode } = await import('/js/chart-fetch.js');
          const stored = decode(new Float64Array(await (await fetch(address)).arrayBuffer())).steps;
          const lines = ({{Lines}})().filter(([m]) => m === metric);
          return stored.length > 0 && lines.length > 0 && lines.every(([, steps]) => JSON.stringify(steps) === JSON.stringify(stored));
        }
        """, new[] { address, metric }, new() { Timeout = Patience });
}
