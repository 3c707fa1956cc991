using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RIL.Tests.Browser;
using RIL.Tests.Web;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Ingest;
using static RIL.Tests.Bench.Figures;

namespace RIL.Tests.Bench;

/// <summary>How much metrics and runs the database takes and how fast it gives them back: bench/storage.sh.</summary>
public sealed class StorageBench(ChromiumFixture chromium) : IDisposable
{
    // The shape wished for, 3000x20000, holds 60 million values and takes many minutes; unless it is asked for, each of its two directions is measured with a share of them.
    private static readonly string Shapes = Environment.GetEnvironmentVariable("RIL_BENCH_SHAPES") is { Length: > 0 } shapes ? shapes : "3000x1000 300x20000";

    private static readonly int Runs = int.TryParse(Environment.GetEnvironmentVariable("RIL_BENCH_RUNS"), out int runs) ? runs : 5000;

    private readonly TemporaryFolder _folders = new();
    private int _folder;

    public void Dispose() => _folders.Dispose();

    [Fact(Explicit = true)]
    public async Task BesideAnotherServer()
    {
        var figures = new Figures("storage-peer");
        var ours = new List<(double Ingest, double Create, double Search, double Whole, double Chart)>();
        var theirs = new List<JsonObject>();
        for (int round = 0; round < Rounds; round++)
        {
            ours.Add(await SmallShape());
            if (Peer.Exists) theirs.Add(Peer.Run());
        }
        Row("values taken in a second, 4 runs at once (ours from run folders, MLflow over REST)", o => o.Ingest, "ingest_values_per_s", higher: true, wished: "≥ 5 ×");
        Row("runs created a second over REST (ours with its 100 settings, MLflow with 20 parameters and 20 metrics)", o => o.Create, "runs_created_per_s", higher: true);
        Row("first 100 of 500 runs, filtered by one metric and ordered by another, ms", o => o.Search, "search_ms", higher: false);
        Row("all 20,000 values of a metric as JSON, ms", o => o.Whole, "history_20k_ms", higher: false);
        Row("the same metric as a chart of 1,000 pixels, ms", o => o.Chart, "history_20k_ms", higher: false);

        void Row(string what, Func<(double Ingest, double Create, double Search, double Whole, double Chart), double> read, string theirName, bool higher, string wished = "")
        {
            double mine = Median(ours.Select(read));
            if (theirs.Count == 0)
            {
                figures.Add(what, Number(mine), wished);
                return;
            }
            double other = Median(theirs.Select(t => t[theirName]!.GetValue<double>()));
            figures.Add(what, $"{Number(mine)}, MLflow {Number(other)}: {Number(higher ? mine / other : other / mine)} ×", wished);
        }
    }

    [Fact(Explicit = true)]
    public async Task LargeRuns()
    {
        var figures = new Figures("storage-large");
        await using OwnSite site = await OwnSite.Start();
        foreach (string shape in Shapes.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            int[] counts = [.. shape.Split('x').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
            (int keys, int steps) = (counts[0], counts[1]);
            string folder = RunFolders.Write(Next(), $"{keys} metrics", keys, steps);
            double before = Size(site);
            var clock = Stopwatch.StartNew();
            Run run = await site.Services.GetRequiredService<RunImport>().Import(folder, null, []);
            double values = (double)keys * steps;
            figures.Add($"values taken in a second from a run folder, {keys:N0} metrics × {steps:N0} steps", Number(values / clock.Elapsed.TotalSeconds), "≥ 50,000");
            figures.Add($"bytes a value on disk, {keys:N0} metrics × {steps:N0} steps", Number((Size(site) - before) / values));
            figures.Add($"size of the database after that, MB", Number(Size(site) / 1e6));
            string[] names = [.. Enumerable.Range(0, 8).Select(RunFolders.Name)];
            figures.Add($"eight charts of that run in one answer, 1,000 pixels each, ms", Number(await Time(10, () => site.Client.GetByteArrayAsync($"/api/v1/runs/{run.Id}/metrics/series?buckets=1000&name={string.Join("&name=", names)}"))));
            figures.Add($"the list of that run's metrics, ms", Number(await Time(5, () => site.Client.GetByteArrayAsync($"/api/v1/runs/{run.Id}/metrics"))));
        }
    }

    [Fact(Explicit = true)]
    public async Task ManyRuns_AndALongChart()
    {
        var figures = new Figures("storage-pages");
        await using OwnSite site = await OwnSite.Start();
        RunImport import = site.Services.GetRequiredService<RunImport>();
        Run longest = await import.Import(RunFolders.Write(Next(), "long", 4, 100_000), null, []);
        await using IBrowserContext window = await Visit.Window(chromium, site.Address, "admin1");
        string drawn = "[...document.querySelectorAll('metric-chart')].filter(c => c.plot).length >= 4";
        double cold = await BenchPages.Open(window, $"/runs/{longest.Id}?tab=charts", drawn);
        double[] charts = await Repeat(() => BenchPages.Open(window, $"/runs/{longest.Id}?tab=charts", drawn));
        figures.Add("page with 4 charts of 100,000 points each, all four painted, ms (first visit)", $"{Number(Median(charts))} ({Number(cold)})", "< 1,000");

        var clock = Stopwatch.StartNew();
        for (int i = 0; i < Runs; i++) await import.Import(RunFolders.Write(Next(), $"run-{i:0000}", 500, 2, i), null, [i % 3 == 0 ? "baseline" : "sweep"]);
        figures.Add($"runs of 500 metrics imported a second, {Runs:N0} of them, folders written along the way", Number(Runs / clock.Elapsed.TotalSeconds));
        figures.Add("size of the database, MB", Number(Size(site) / 1e6));

        const string List = "/runs?columns=metrics.reward,metrics.loss,config.learning_rate";
        string rows = "document.querySelector('.runs-table td.run-name')?.textContent.length > 0";
        cold = await BenchPages.Open(window, List, rows);
        double[] lists = await Repeat(() => BenchPages.Open(window, List, rows));
        figures.Add($"list of {Runs:N0} runs × 500 metrics, first rows painted, ms (first visit)", $"{Number(Median(lists))} ({Number(cold)})", "< 500");
        lists = await Repeat(() => BenchPages.Open(window, "/runs?filter=metrics.reward%20%3E%202&sort=-metrics.loss", rows));
        figures.Add("the same, filtered by a metric and ordered by another", Number(Median(lists)), "< 500");
        figures.Add("first 100 of them over REST, ms", Number(await Time(10, () => site.Client.GetByteArrayAsync("/api/v1/runs?limit=100"))));
        figures.Add("first 100 over REST, filtered by a metric and ordered by another, ms", Number(await Time(10, () => site.Client.GetByteArrayAsync("/api/v1/runs?limit=100&filter=metrics.reward%20%3E%202&sort=-metrics.loss"))));

        static async Task<double[]> Repeat(Func<Task<double>> open)
        {
            var times = new double[Rounds + 2];
            for (int i = 0; i < times.Length; i++) times[i] = await open();
            return times;
        }
    }

    // The same amounts as the other server gets.
    private async Task<(double Ingest, double Create, double Search, double Whole, double Chart)> SmallShape()
    {
        await using OwnSite site = await OwnSite.Start();
        RunImport import = site.Services.GetRequiredService<RunImport>();
        string[] folders = [.. Enumerable.Range(0, 4).Select(i => RunFolders.Write(Next(), $"writer-{i}", 50, 800, i))];
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(folders.Select(f => Task.Run(() => import.Import(f, null, []))));
        double ingest = 4 * 50 * 800 / clock.Elapsed.TotalSeconds;

        clock.Restart();
        for (int i = 0; i < 200; i++)
        {
            using HttpResponseMessage answer = await site.Client.PostAsJsonAsync("/api/v1/runs", new { name = $"created-{i}", presets = (string[])["quickstart"], start = false });
            answer.EnsureSuccessStatusCode();
        }
        double create = 200 / clock.Elapsed.TotalSeconds;

        for (int i = 0; i < 500; i++) await import.Import(RunFolders.Write(Next(), $"run-{i}", 20, 1, i), null, []);
        double search = await Time(10, () => site.Client.GetByteArrayAsync($"/api/v1/runs?limit=100&filter=metrics.reward%20%3E%202&sort=-metrics.loss&columns=metrics.reward,metrics.loss"));
        Run longest = await import.Import(RunFolders.Write(Next(), "long", 1, 20_000), null, []);
        double whole = await Time(5, () => site.Client.GetByteArrayAsync($"/api/v1/runs/{longest.Id}/metrics/values?name=loss&buckets=20000"));
        double chart = await Time(5, () => site.Client.GetByteArrayAsync($"/api/v1/runs/{longest.Id}/metrics/series?name=loss&buckets=1000"));
        return (ingest, create, search, whole, chart);
    }

    private static async Task<double> Time(int times, Func<Task> act)
    {
        var milliseconds = new double[times];
        for (int i = 0; i < times; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await act();
            milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        return Median(milliseconds);
    }

    private static double Size(OwnSite site)
    {
        string file = site.Services.GetRequiredService<Storage>().Database;
        using (Microsoft.Data.Sqlite.SqliteConnection connection = site.Services.GetRequiredService<SqliteConnections>().Open())
        {
            using Microsoft.Data.Sqlite.SqliteCommand fold = connection.CreateCommand();
            fold.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            fold.ExecuteNonQuery();
        }
        return new FileInfo(file).Length;
    }

    private string Next() => Path.Combine(_folders.Path, $"run-{_folder++}");
}
