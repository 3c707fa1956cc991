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
        await Train(site, () => Task.FromResult<IAsyncDisposable?>(null)); // warm
        var alone = new List<Cost>();
        var watched = new List<Cost>();
        var paged = new List<Cost>();
        var behind = new ConcurrentBag<double>();
        await using IBrowserContext window = await Visit.Window(chromium, site.Address, "admin");
        for (int round = 0; round < Rounds; round++)
        {
            alone.Add(await Train(site, () => Task.FromResult<IAsyncDisposable?>(null)));
            watched.Add(await Train(site, run => Connect(site, run, behind)));
            paged.Add(await Train(site, run => OpenPages(window, run)));
        }
        double usual = Median(alone.Select(c => c.Seconds));
        figures.Add("reinforcement steps of one run with nobody watching, s", string.Join(", ", alone.Select(c => Number(c.Seconds))));
        figures.Add($"the same with {Viewers} viewers of all its metrics on the same two cores, s", string.Join(", ", watched.Select(c => Number(c.Seconds))));
        figures.Add($"slower with {Viewers} viewers (medians of runs that alternate)", $"{Number(100 * (Median(watched.Select(c => c.Seconds)) / usual - 1))} %", "< 2 %");
        figures.Add($"spread of the runs with nobody watching, largest over smallest", $"{Number(100 * (alone.Max(c => c.Seconds) / alone.Min(c => c.Seconds) - 1))} %");
        figures.Add($"one core's share that the site uses: nobody / {Viewers} viewers", $"{Share(alone)} / {Share(watched)}");
        figures.Add($"one core's share that the {Viewers} viewers themselves use, on these same cores", $"{Number(100 * Median(watched.Select(c => c.Viewers / c.Wall)))} %");
        figures.Add($"behind the trainer, {behind.Count:N0} updates of {Viewers} viewers: p95 / largest, ms", $"{Number(Figures.Share(behind, 0.95))} / {Number(behind.DefaultIfEmpty().Max())}", "< 2,000");
        figures.Add($"one core's share that the site uses with {Pages} pages open in a real browser", Share(paged));
        figures.Add($"of which a page", $"{Number(100 * (Median(paged.Select(c => c.Site / c.Wall)) - Median(alone.Select(c => c.Site / c.Wall))) / Pages)} %");

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

    private static Task<Cost> Train(LiveSite site, Func<Task<IAsyncDisposable?>> watch) => Train(site, _ => watch());

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

    private static async Task<IAsyncDisposable?> Connect(LiveSite site, string run, ConcurrentBag<double> behind)
    {
        var hubs = new List<HubConnection>();
        for (int i = 0; i < Viewers; i++)
        {
            HubConnection hub = new HubConnectionBuilder().WithUrl(new Uri(site.Address, RunHub.Path), options => options.Cookies = site.Cookies)
                .AddJsonProtocol(json => ApiFeature.Configure(json.PayloadSerializerOptions)).Build();
            hub.On<RunMessage[]>(RunHub.Updates, messages =>
            {
                long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
                foreach (long time in messages.SelectMany(m => m.Steps.Times)) behind.Add(now - time);
            });
            await hub.StartAsync();
            Assert.NotNull(await hub.InvokeAsync<RunMessage?>("Subscribe", run, null, null, null));
            hubs.Add(hub);
        }
        return new All([.. hubs]);
    }

    private static async Task<IAsyncDisposable?> OpenPages(IBrowserContext window, string run)
    {
        var pages = new List<IPage>();
        for (int i = 0; i < Pages; i++)
        {
            pages.Add(await window.NewPageAsync());
            await pages[^1].GotoAsync($"/runs/{run}");
        }
        return new All([.. pages.Select(p => new Closing(p))]);
    }

    // What a training cost: seconds of the trainer's steps; processor seconds of site and viewers; seconds in all.
    private sealed record Cost(double Seconds, double Site, double Viewers, double Wall);

    private sealed class All(IReadOnlyList<IAsyncDisposable> parts) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (IAsyncDisposable part in parts) await part.DisposeAsync();
        }
    }

    private sealed class Closing(IPage page) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await page.CloseAsync();
    }
}
