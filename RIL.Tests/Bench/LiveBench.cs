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

    // What pages cost is far from small: few rounds show it.
    private const int MostPageRounds = 6;

    // With or without watchers, within one training: what drifts with time or with the training is nobody's.
    private static readonly bool[] Order = [false, true, true, false];
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1), TurnLength = TimeSpan.FromSeconds(8);

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
        string run = await site.Run(LiveSite.Endless);
        await site.Reinforces(run);
        var viewers = new List<Viewer>();
        List<Turn> paged = await Alternate(site, run, Math.Min(Rounds, MostPageRounds), run => OpenPages(window, run, Pages));
        List<Turn> beside = await Alternate(site, run, Rounds, run => Connect(site, run, viewers));
        viewers.Clear();
        await StepAside();
        List<Turn> apart = await Alternate(site, run, Rounds, run => Connect(site, run, viewers));
        long[] steps = await site.StepTimes(run);
        await site.Stop(run);

        figures.Add("reinforcement steps a second with nobody watching, smallest / median / largest of all turns", string.Join(" / ", ((double[])[0, 0.5, 1]).Select(share => Number(Figures.Share(paged.Concat(beside).Concat(apart).Where(t => !t.Watched).Select(t => t.Rate(steps)), share)))));
        figures.Add($"slower with {Viewers} hub connections that take all metrics; their own ends take only time that nobody else wants, as if they stood on other machines", Slower(apart), "< 2 %");
        figures.Add("the same, their own ends on the same two cores with the trainer's priority", Slower(beside));
        figures.Add($"slower with {Pages} pages in a real browser on the same two cores", Slower(paged));
        figures.Add($"share of one core that the site uses: nobody / {Viewers} hub connections / {Pages} pages", $"{Core(apart, false, t => t.Site)} / {Core(apart, true, t => t.Site)} / {Core(paged, true, t => t.Site)}");
        figures.Add($"share of one core that the {Viewers} hub connections' own ends use, on these same cores", Core(apart, true, t => t.Own));
        double[] behind = [.. viewers.SelectMany(v => v.Behind)];
        figures.Add($"behind the trainer, {behind.Length:N0} updates, ms: p95 of all / p95 of the viewer that is worst off / largest", $"{Number(Figures.Share(behind, 0.95))} / {Number(viewers.Max(v => Figures.Share(v.Behind, 0.95)))} / {Number(behind.Max())}", "< 2,000");

        string Slower(List<Turn> turns)
        {
            double[] rounds = [.. turns.Chunk(Order.Length).Select(round => 100 * (round.Where(t => !t.Watched).Average(t => t.Rate(steps)) / round.Where(t => t.Watched).Average(t => t.Rate(steps)) - 1))];
            (double low, double high) = MedianBounds(rounds);
            return $"{Number(Median(rounds))} % (median of {rounds.Length} rounds; {(rounds.Length < FewestForBounds ? "all of them" : "with 95 %")}: {Number(low)} to {Number(high)} %)";
        }

        static string Core(List<Turn> turns, bool watched, Func<Turn, double> processor) => $"{Number(100 * Median(turns.Where(t => t.Watched == watched).Select(t => processor(t) / t.Seconds)))} %";
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
        await Grown(site, 0); // warm
        double alone = await Grown(site, 0), watched = await Grown(site, Open);
        new Figures("live-memory-training").Add($"resident memory of the site's process for each of {Open} pages open on a run that trains, MB", Number((watched - alone) / Open), "< 5");

        async Task<double> Grown(LiveSite site, int pages)
        {
            double before = site.ResidentMegabytes;
            string run = await site.Run();
            await using IAsyncDisposable open = await OpenPages(window, run, pages);
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

    // A run that goes on while people come and go.
    private static async Task<List<Turn>> Alternate(LiveSite site, string run, int rounds, Func<string, Task<IAsyncDisposable>> watch)
    {
        using Process self = Process.GetCurrentProcess();
        var turns = new List<Turn>();
        IAsyncDisposable? watching = null;
        foreach (bool watched in Enumerable.Range(0, rounds).SelectMany(_ => Order))
        {
            if (watched) watching ??= await watch(run);
            else if (watching is not null)
            {
                await watching.DisposeAsync();
                watching = null;
            }
            await Task.Delay(Settling);
            self.Refresh();
            (DateTimeOffset from, double processor, TimeSpan own) = (DateTimeOffset.UtcNow, site.ProcessorSeconds, self.TotalProcessorTime);
            await Task.Delay(TurnLength);
            self.Refresh();
            turns.Add(new Turn(watched, from, DateTimeOffset.UtcNow, site.ProcessorSeconds - processor, (self.TotalProcessorTime - own).TotalSeconds));
        }
        return turns;
    }

    private static async Task<IAsyncDisposable> Connect(LiveSite site, string run, List<Viewer> viewers)
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
            // Nobody lost what was measured when all have the newest step of now.
            long last = await site.LastStep(run);
            foreach (Viewer viewer in own) await viewer.Saw(last);
            foreach (Viewer viewer in own) await viewer.DisposeAsync();
        });
    }

    private static async Task<IAsyncDisposable> OpenPages(IBrowserContext window, string run, int count)
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

    // Some seconds of a training: processor seconds of the site and of this process, in which the viewers' own ends are.
    private sealed record Turn(bool Watched, DateTimeOffset From, DateTimeOffset To, double Site, double Own)
    {
        public double Seconds => (To - From).TotalSeconds;

        // Steps a second, by the trainer's own clock.
        public double Rate(long[] steps)
        {
            long[] within = [.. steps.Where(t => t >= From.ToUnixTimeMilliseconds() && t <= To.ToUnixTimeMilliseconds())];
            return (within.Length - 1) * 1000.0 / (within[^1] - within[0]);
        }
    }

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
