using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RIL.Tests.Browser;
using RIL.Tests.Web;
using RIL.Web.Api;
using RIL.Web.Runs;
using RIL.Web.Runs.Ingest;
using RIL.Web.Runs.Live;
using static RIL.Tests.Bench.Figures;

namespace RIL.Tests.Bench;

/// <summary>How soon people see what a trainer says, and what that costs the trainer and the memory: bench/live.sh.</summary>
public sealed class LiveBench(ChromiumFixture chromium)
{
    // With fewer rounds the smallest and the largest do not enclose the median with 95 %.
    private const int FewestForBounds = 6;

    private const int Viewers = 50, Pages = 10;

    // After each frame: which values of which steps are on the page for the first time.
    private const string Watch = """
        window.seen = {};
        (function look() {
          for (const chart of document.querySelectorAll('metric-chart')) if (chart.plot) for (const line of chart.lines) for (const [step, at] of line.axis) {
            const key = line.spec.metric + ' ' + step;
            if (!(key in window.seen) && !Number.isNaN(at[1])) { window.seen[key] = 0; setTimeout(() => { window.seen[key] = Date.now() - at[0]; }); }
          }
          requestAnimationFrame(look);
        })();
        """;

    [Fact(Explicit = true)]
    public async Task HowSoonAMetricIsSeen()
    {
        var figures = new Figures("live-seen");
        using LiveSite site = await LiveSite.Start();
        await using IBrowserContext window = await Visit.Window(chromium, site.Address, "admin");
        string run = await site.Run();
        IPage page = await window.NewPageAsync();
        await page.AddInitScriptAsync(Watch);
        await page.GotoAsync($"/runs/{run}?tab=charts");
        await site.End(run);
        double[] milliseconds = await page.EvaluateAsync<double[]>("() => Object.values(window.seen).filter(v => v > 0)");
        figures.Add($"from the trainer's event to a painted chart in the browser, {milliseconds.Length:N0} values of a whole run, p50 / p95 / p99, ms",
            $"{Number(Median(milliseconds))} / {Number(Share(milliseconds, 0.95))} / {Number(Share(milliseconds, 0.99))}", "p95 < 1,000");
    }

    [Fact(Explicit = true)]
    public async Task WhatViewersCostTheTrainer()
    {
        var figures = new Figures("live-viewers");
        using LiveSite site = await LiveSite.Start();
        await using IBrowserContext window = await Visit.Window(chromium, site.Address, "admin");
        await Train(site, Nobody); // warm
        await StepAside();
        List<Cost> alone = [], watched = [], paged = [];
        var viewers = new List<Viewer>();
        (List<Cost> Costs, Func<string, Task<IAsyncDisposable?>> Watch)[] ways =
            [(alone, Nobody), (watched, run => Connect(site, run, viewers)), (paged, run => OpenPages(window, run))];
        for (int round = 0; round < Rounds; round++)
        {
            // Every way is first, second and last equally often: what drifts with time is nobody's.
            for (int i = 0; i < ways.Length; i++)
            {
                (List<Cost> costs, Func<string, Task<IAsyncDisposable?>> watch) = ways[(round + i) % ways.Length];
                costs.Add(await Train(site, watch));
            }
        }
        figures.Add($"reinforcement steps of one run, seconds in each of {Rounds} rounds: nobody watches", Seconds(alone));
        figures.Add($"the same, {Viewers} hub connections with all its metrics, whose own ends take only time that nobody else wants, as if they stood on other machines", Seconds(watched));
        figures.Add($"the same, {Pages} pages in a real browser, on the same two cores", Seconds(paged));
        figures.Add($"slower with {Viewers} hub connections than in the same round with nobody: median of {Rounds} rounds (where it lies with 95 %)", Slower(watched), "< 2 %");
        figures.Add($"slower with {Pages} pages: median of {Rounds} rounds (where it lies with 95 %)", Slower(paged));
        figures.Add($"share of one core that the site uses: nobody / {Viewers} hub connections / {Pages} pages", $"{Share(alone)} / {Share(watched)} / {Share(paged)}");
        figures.Add($"share of one core that the {Viewers} hub connections' own ends use, on these same cores", $"{Number(100 * Median(watched.Select(c => c.Viewers / c.Wall)))} %");
        double[] behind = [.. viewers.SelectMany(v => v.Behind)];
        figures.Add($"behind the trainer, {behind.Length:N0} updates, ms: p95 of all / p95 of the viewer that is worst off / largest", $"{Number(Figures.Share(behind, 0.95))} / {Number(viewers.Max(v => Figures.Share(v.Behind, 0.95)))} / {Number(behind.Max())}", "< 2,000");

        static string Seconds(List<Cost> costs) => string.Join(", ", costs.Select(c => Number(c.Seconds)));

        string Slower(List<Cost> costs)
        {
            double[] ratios = [.. costs.Zip(alone, (with, without) => 100 * (with.Seconds / without.Seconds - 1))];
            (double low, double high) = MedianBounds(ratios);
            return $"{Number(Median(ratios))} % ({Number(low)} to {Number(high)} %{(Rounds < FewestForBounds ? ": all of them, too few for 95 %" : "")})";
        }

        static string Share(List<Cost> costs) => $"{Number(100 * Median(costs.Select(c => c.Site / c.Wall)))} %";
    }

    [Fact(Explicit = true)]
    public async Task WhatAnOpenPageNeeds()
    {
        const int Open = 20;
        var figures = new Figures("live-memory");
        using var folders = new TemporaryFolder();
        await using OwnSite site = await OwnSite.Start();
        Run run = await site.Services.GetRequiredService<RunImport>().Import(RunFolders.Write(Path.Combine(folders.Path, "run"), "sixty metrics", 60, 1000), null, []);
        await using IBrowserContext window = await Visit.Window(chromium, site.Address, "admin1");
        foreach ((string what, string address) in ((string, string)[])[("a run's overview", $"/runs/{run.Id}"), ("all charts of a run", $"/runs/{run.Id}?tab=charts"), ("the list of runs", "/runs")])
        {
            await using IBrowserContext pages = await Visit.Window(chromium, site.Address, "admin1");
            await Show(pages, address); // what is loaded once, not for every page
            (double live, double resident) = Memory();
            for (int i = 0; i < Open; i++) await Show(pages, address);
            (double liveAfter, double residentAfter) = Memory();
            figures.Add($"memory of the site for each open page with {what}, MB: live objects / resident", $"{Number((liveAfter - live) / Open)} / {Number((residentAfter - resident) / Open)}", "< 5");
        }
    }

    // The site alone in its process, whose memory also grows and shrinks by what it stores meanwhile: the same training with nobody is taken off.
    [Fact(Explicit = true)]
    public async Task WhatAnOpenPageNeedsWhileItsRunTrains()
    {
        const int Open = 20;
        using LiveSite site = await LiveSite.Start();
        await using IBrowserContext window = await Visit.Window(chromium, site.Address, "admin");
        await Train(site, Nobody); // warm
        double alone = await Grown(site, 0), watched = await Grown(site, Open);
        new Figures("live-memory-training").Add($"resident memory of the site's process for each of {Open} pages open on a run that trains, MB", Number((watched - alone) / Open), "< 5");

        async Task<double> Grown(LiveSite site, int pages)
        {
            double before = site.ResidentMegabytes;
            string run = await site.Run();
            await using IAsyncDisposable? open = await OpenPages(window, run, pages);
            await site.End(run);
            return site.ResidentMegabytes - before;
        }
    }

    private static async Task Show(IBrowserContext window, string address)
    {
        IPage page = await window.NewPageAsync();
        await page.GotoAsync(address);
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
    }

    private static (double Live, double Resident) Memory()
    {
        double live = 0;
        // What the last page left behind goes with the second.
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            live = GC.GetTotalMemory(forceFullCollection: true) / 1e6;
        }
        using Process self = Process.GetCurrentProcess();
        return (live, self.WorkingSet64 / 1e6);
    }

    // The viewers' own ends are this process; they stand on other machines where the site is used. The site and its trainers, which were started before, keep their priority.
    private static async Task StepAside()
    {
        using Process chrt = Process.Start("chrt", ["--all-tasks", "--idle", "--pid", "0", $"{Environment.ProcessId}"]);
        await chrt.WaitForExitAsync();
        Assert.Equal(0, chrt.ExitCode);
    }

    private static Task<IAsyncDisposable?> Nobody(string run) => Task.FromResult<IAsyncDisposable?>(null);

    private static async Task<Cost> Train(LiveSite site, Func<string, Task<IAsyncDisposable?>> watch)
    {
        using Process self = Process.GetCurrentProcess();
        string run = await site.Run();
        await using IAsyncDisposable? watching = await watch(run);
        (double before, TimeSpan own, long start) = (site.ProcessorSeconds, self.TotalProcessorTime, Stopwatch.GetTimestamp());
        await site.End(run);
        self.Refresh();
        return new Cost(await site.Trained(run), site.ProcessorSeconds - before, (self.TotalProcessorTime - own).TotalSeconds, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static async Task<IAsyncDisposable?> Connect(LiveSite site, string run, List<Viewer> viewers)
    {
        var own = new List<Viewer>();
        for (int i = 0; i < Viewers; i++)
        {
            HubConnection hub = new HubConnectionBuilder().WithUrl(new Uri(site.Address, RunHub.Path), options => options.Cookies = site.Cookies)
                .AddJsonProtocol(json => ApiFeature.Configure(json.PayloadSerializerOptions)).Build();
            var viewer = new Viewer(hub);
            await hub.StartAsync();
            Assert.NotNull(await hub.InvokeAsync<RunMessage?>("Subscribe", run, null, null, null));
            own.Add(viewer);
        }
        viewers.AddRange(own);
        return new Closing(async () =>
        {
            long last = await site.LastStep(run);
            foreach (Viewer viewer in own) await viewer.Saw(last);
            foreach (Viewer viewer in own) await viewer.DisposeAsync();
        });
    }

    private static Task<IAsyncDisposable?> OpenPages(IBrowserContext window, string run) => OpenPages(window, run, Pages);

    private static async Task<IAsyncDisposable?> OpenPages(IBrowserContext window, string run, int count)
    {
        var pages = new List<IPage>();
        for (int i = 0; i < count; i++)
        {
            pages.Add(await window.NewPageAsync());
            await pages[^1].GotoAsync($"/runs/{run}");
        }
        return new Closing(async () =>
        {
            foreach (IPage page in pages) await page.CloseAsync();
        });
    }

    // What a training cost: seconds of the trainer's steps; processor seconds of site and viewers; seconds in all.
    private sealed record Cost(double Seconds, double Site, double Viewers, double Wall);

    // One who watches: how far behind the trainer each step came, and whether the last one did.
    private sealed class Viewer : IAsyncDisposable
    {
        private readonly HubConnection _hub;
        private readonly ConcurrentQueue<double> _behind = [];
        private readonly ConcurrentDictionary<long, TaskCompletionSource> _seen = [];

        public Viewer(HubConnection hub)
        {
            _hub = hub;
            hub.On<RunMessage[]>(RunHub.Updates, messages =>
            {
                long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
                foreach (MessageSteps steps in messages.Select(m => m.Steps))
                {
                    foreach (long time in steps.Times) _behind.Enqueue(now - time);
                    foreach (long step in steps.Steps) Seen(step).TrySetResult();
                }
            });
        }

        public IReadOnlyCollection<double> Behind => _behind;

        public Task Saw(long step) => Seen(step).Task.WaitAsync(TimeSpan.FromSeconds(10));

        public ValueTask DisposeAsync() => _hub.DisposeAsync();

        private TaskCompletionSource Seen(long step) => _seen.GetOrAdd(step, _ => new TaskCompletionSource());
    }

    private sealed class Closing(Func<Task> close) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await close();
    }
}
