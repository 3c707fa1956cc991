using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Tests.Web.Runs.Ingest;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Ingest;

namespace RIL.Tests.Web.Runs.Metrics;

/// <summary>Metrics over REST: values, series as bytes, CSV; what cannot be asked for is a sentence, what is known is not sent again.</summary>
public sealed class MetricEndpointTests(SiteFixture site)
{
    private const string Odd = "odd, \\\"name\\\"";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Values_AreThoseOfTheRange_AsTheyAre_OrReduced()
    {
        string run = await Make();
        JsonElement values = await Json($"{run}/metrics/values?name=loss&from=2&to=4");
        Assert.Equal((3, false, 1), (values.GetProperty("total").GetInt32(), values.GetProperty("reduced").GetBoolean(), values.GetProperty("width").GetInt32()));
        Assert.Equal("[2,3,4]", values.GetProperty("steps").GetRawText());
        Assert.Equal("[2.5,null,4.5]", values.GetProperty("values").GetRawText());
        Assert.Equal("[200,300,400]", values.GetProperty("tokens").GetRawText());
        Assert.Equal(WrittenRun.Time(2), values.GetProperty("times")[0].GetDateTimeOffset());

        JsonElement reduced = await Json($"{run}/metrics/values?name=loss&buckets=2");
        Assert.Equal((200, true), (reduced.GetProperty("total").GetInt32(), reduced.GetProperty("reduced").GetBoolean()));
        Assert.Equal((1, 200), (reduced.GetProperty("steps")[0].GetInt32(), reduced.GetProperty("steps").EnumerateArray().Last().GetInt32()));
        Assert.InRange(reduced.GetProperty("steps").GetArrayLength(), 4, 4 * 3);

        foreach (string nothing in (string[])["name=nothing", "name=loss&from=5&to=4", "name=loss&from=1000"]) Assert.Equal(0, (await Json($"{run}/metrics/values?{nothing}")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Series_AreBytes_OneMetricAfterTheOther()
    {
        string run = await Make();
        using HttpResponseMessage answer = await site.Viewer.GetAsync($"/api/v1/runs/{run}/metrics/series?name=loss&name=nothing&name=reward&from=2&to=4", Cancellation);
        Assert.Equal(("application/octet-stream", "201"), (answer.Content.Headers.ContentType?.MediaType, answer.Headers.GetValues("Last-Event-ID").Single()));
        byte[] bytes = await answer.Content.ReadAsByteArrayAsync(Cancellation);
        double[] numbers = [.. Enumerable.Range(0, bytes.Length / 8).Select(i => BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(8 * i)))];
        double[] times = [.. Enumerable.Range(2, 3).Select(n => (double)WrittenRun.Time(n).ToUnixTimeMilliseconds())];
        Assert.Equal(
            [
                1, 3, 0, 1, 3, 1, 2, 3, 4, 2.5, double.NaN, 4.5, .. times, 200, 300, 400, 1, 1, 1, 3, 1,
                1, 0, 0, 1, 0, 0,
                1, 3, 0, 1, 3, 0, 2, 3, 4, -2, -3, -4, .. times, 200, 300, 400, 1, 1, 1,
            ],
            numbers);
    }

    [Theory]
    [InlineData("metrics/series", "name is given 0 times; expected 1 to 50 metrics.")]
    [InlineData("metrics/series?fifty-one", "name is given 51 times")]
    [InlineData("metrics/series?name=loss&buckets=0", "buckets is 0; expected a whole number from 1 to 20000.")]
    [InlineData("metrics/values?name=loss&buckets=20001", "buckets is 20001")]
    public async Task WhatCannotBeAskedFor_IsASentence(string path, string sentence)
    {
        string run = await Make();
        using HttpResponseMessage answer = await site.Viewer.GetAsync($"/api/v1/runs/{run}/{path.Replace("fifty-one", string.Join('&', Enumerable.Range(0, 51).Select(i => $"name=m{i}")), StringComparison.Ordinal)}", Cancellation);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(sentence, (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("metrics/values?name=loss&from=soon", HttpStatusCode.BadRequest)]
    [InlineData("metrics/values", HttpStatusCode.BadRequest)]
    public async Task WhatCannotBeRead_IsAProblem(string path, HttpStatusCode expected)
    {
        using HttpResponseMessage answer = await site.Viewer.GetAsync($"/api/v1/runs/{await Make()}/{path}", Cancellation);
        Assert.Equal((expected, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task WhatAClientHas_IsNotSentAgain_HoweverItNamesIt()
    {
        string run = await Make();
        foreach (string path in (string[])["", "/metrics", "/metrics/values?name=loss", "/metrics/series?name=loss"])
        {
            string address = $"/api/v1/runs/{run}{path}";
            using HttpResponseMessage first = await site.Viewer.GetAsync(address, Cancellation);
            string tag = first.Headers.ETag!.ToString();
            foreach (string known in (string[])[tag, $"\"other\", {tag}", $"W/{tag}", $"\"other\",W/{tag}", "*"]) Assert.Equal(HttpStatusCode.NotModified, await Ask(known));
            foreach (string other in (string[])["\"other\"", $"W/\"other\", \"{Identifier.Create()}\"", tag.Trim('"')]) Assert.Equal(HttpStatusCode.OK, await Ask(other));

            async Task<HttpStatusCode> Ask(string known)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                Assert.True(request.Headers.TryAddWithoutValidation("If-None-Match", known));
                using HttpResponseMessage answer = await site.Viewer.SendAsync(request, Cancellation);
                return answer.StatusCode;
            }
        }
    }

    [Fact]
    public async Task Csv_HasEveryValue_AndQuotesNamesThatNeedIt()
    {
        string run = await Make();
        using HttpResponseMessage answer = await site.Viewer.GetAsync($"/api/v1/runs/{run}/metrics.csv", Cancellation);
        Assert.Equal(("text/csv", $"{run}-metrics.csv"), (answer.Content.Headers.ContentType?.MediaType, answer.Content.Headers.ContentDisposition?.FileName));
        string[] lines = (await answer.Content.ReadAsStringAsync(Cancellation)).Split('\n');
        Assert.Equal("metric,step,time,tokens,value", lines[0]);
        Assert.Equal("loss,1,2023-11-14T22:13:21.000Z,100,1.5", lines[1]);
        Assert.Equal("loss,3,2023-11-14T22:13:23.000Z,300,NaN", lines[3]);
        Assert.Equal("\"odd, \"\"name\"\"\",7,2023-11-14T22:13:27.000Z,700,0.5", Assert.Single(lines, l => l.Contains("odd", StringComparison.Ordinal)));
        Assert.Equal(1 + 3 * 200 + 1 + 1, lines.Length);

        string chosen = await site.Viewer.GetStringAsync($"/api/v1/runs/{run}/metrics.csv?name=reward&name={Uri.EscapeDataString("odd, \"name\"")}", Cancellation);
        Assert.Equal(["reward", "\"odd"], chosen.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..].Select(l => l.Split(',')[0]).Distinct());
    }

    // 200 steps with a loss (one of them not a number), a reward and tokens, and a metric of one value.
    private async Task<string> Make()
    {
        Storage storage = site.Services.GetRequiredService<Storage>();
        Run run = new RunMaker(storage, site.Services.GetRequiredService<IDbContextFactory<RilDb>>()).Add();
        IEnumerable<string> lines = Enumerable.Range(1, 200).Select(i => WrittenRun.Line(i, i, [("loss", i == 3 ? double.NaN : i + 0.5), ("reward", -i), ("num_tokens", 100 * i)]))
            .Append(WrittenRun.Line(201, 7, [(Odd, 0.5)]));
        await File.WriteAllTextAsync(new RunFolder(storage.Run(run.Id)).Events, string.Concat(lines), Cancellation);
        await site.Services.GetRequiredService<EventIngest>().Finish(run.Id, run.Fence, Cancellation);
        return run.Id;
    }

    private Task<JsonElement> Json(string path) => site.Viewer.GetFromJsonAsync<JsonElement>("/api/v1/runs/" + path, Cancellation);
}
