using System.Net;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RIL.Tests.Bench;
using RIL.Tests.Web.Runs.Live;
using RIL.Web.Runs.Ingest;

namespace RIL.Tests.Web.Charts;

/// <summary>A long series over HTTP: its moving average and its number of values are those of the stored values, however they are reduced.</summary>
public sealed class SeriesReadingTests(SiteFixture site)
{
    private const int Steps = 20_000, Spike = 12_345;
    private static readonly Random Random = new(5);
    private static readonly double[] Noise = [.. Enumerable.Range(0, Steps + 1).Select(_ => Random.NextDouble())];

    [Fact]
    public async Task AMovingAverage_IsThatOfAllValues_AtAnyWidth()
    {
        foreach (Func<int, double> value in (Func<int, double>[])[step => step == Spike ? 1000 : 1, step => Noise[step]])
        {
            string run = await Import(value);
            double[] expected = Average(value, 0.9);
            foreach (string range in (string[])["buckets=1000", "buckets=200", "buckets=20", "buckets=20000", "buckets=50&from=12000&to=13000", "buckets=500&from=12340&to=12400"])
            {
                (double[] steps, double[] smooth) = Read(await site.Viewer.GetByteArrayAsync($"/api/v1/runs/{run}/metrics/series?name=loss&smooth=0.9&{range}"));
                Assert.NotEmpty(steps);
                Assert.All(steps.Zip(smooth), p => Assert.Equal(expected[(int)p.First], p.Second, 9));
                if (value(Spike) == 1000) Assert.Equal(100.9, smooth.Max(), 6);
            }
        }
    }

    [Fact]
    public async Task AMovingAverage_LeavesOutWhatIsNotANumber()
    {
        LiveRun run = await LiveRun.Create(site, "loss");
        foreach ((int step, double value) in ((int, double)[])[(0, 1), (1, double.NaN), (2, 4)]) await run.Step(step, value, tell: false);
        (_, double[] smooth) = Read(await site.Viewer.GetByteArrayAsync($"/api/v1/runs/{run.Id}/metrics/series?name=loss&smooth=0.5"));
        Assert.Equal([1, double.NaN, 3], smooth);
    }

    [Fact]
    public async Task TheNumberOfValues_IsThatOfTheRange_NotOfThePiecesThatReachBeyondIt()
    {
        string run = await Import(step => step);
        foreach ((int from, int to) in ((int, int)[])[(5000, 14_999), (4999, 15_003), (1, 20_000)])
        {
            JsonObject answer = (await site.Viewer.GetFromJsonAsync<JsonObject>($"/api/v1/runs/{run}/metrics/values?name=loss&buckets=90&from={from}&to={to}"))!;
            Assert.True((bool)answer["reduced"]!);
            Assert.Equal(to - from + 1, (int)answer["total"]!);
        }
    }

    [Theory]
    [InlineData("-0.1")]
    [InlineData("1")]
    [InlineData("NaN")]
    public async Task AShareThatIsNone_IsRefused(string share)
    {
        using HttpResponseMessage answer = await site.Viewer.GetAsync($"/api/v1/runs/aaaaaaaaaa/metrics/series?name=loss&smooth={share}", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
    }

    private static double[] Average(Func<int, double> value, double share)
    {
        double[] averages = new double[Steps + 1];
        (double sum, double weight) = (0, 0);
        for (int step = 1; step <= Steps; step++)
        {
            (sum, weight) = (sum * share + value(step), weight * share + 1);
            averages[step] = sum / weight;
        }
        return averages;
    }

    private static (double[] Steps, double[] Smooth) Read(byte[] answer)
    {
        double[] numbers = MemoryMarshal.Cast<byte, double>(answer).ToArray();
        Assert.Equal(2, numbers[0]);
        int n = (int)numbers[4];
        double[] Column(int i) => numbers[(6 + i * n)..(6 + (i + 1) * n)];
        return (Column(0), Column(5));
    }

    private async Task<string> Import(Func<int, double> value)
    {
        using var folder = new TemporaryFolder();
        return (await site.Services.GetRequiredService<RunImport>().Import(RunFolders.Write(folder.Path, "long", 1, Steps, value: value), null, [])).Id;
    }
}
