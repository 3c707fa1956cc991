using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Tests.Web.Runs;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Log;

namespace RIL.Tests.Web.Rest;

/// <summary>A file that is given out is saved by the browser under a name, and never shown as a page of this site.</summary>
public sealed class DownloadTests(SiteFixture site)
{
    // What pages draw themselves: pictures, whose type is looked at, and numbers for charts.
    private static readonly string[] Shown = ["/images/", "/metrics/series", "/events"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryDownload_ComesAsAnAttachment()
    {
        var maker = new RunMaker(site.Services.GetRequiredService<Storage>(), site.Services.GetRequiredService<IDbContextFactory<RilDb>>());
        Run run = maker.Add();
        maker.Keep(run, 1, new CompletionRow("a question", "four", "student", new Dictionary<string, double?> { ["answer"] = 1 }, 0.5, null, 0.1, null));
        maker.Checkpoint(run, "checkpoint-7");
        await File.WriteAllTextAsync(Path.Combine(maker.Storage.Run(run.Id), TrainerOutput.FileName), "it began\n", Cancellation);
        (_, JsonObject refused) = await Upload.Send(site.Member, "datasets", Upload.Rows("no object"));
        JsonObject paths = JsonNode.Parse(await site.Anonymous.GetStringAsync("/openapi/v1.json", Cancellation))!["paths"]!.AsObject();
        string[] files = [.. from path in paths
                             where path.Value!["get"]?["responses"]?["200"]?["content"] is JsonObject content && !content.ContainsKey("application/json") && !Shown.Any(s => path.Key.Contains(s, StringComparison.Ordinal))
                             select path.Key];
        Assert.True(files.Length >= 8, string.Join(' ', files));
        foreach (string file in files)
        {
            string of = file.Contains("/datasets/", StringComparison.Ordinal) ? "quickstart:rl" : run.Id;
            string address = file.Replace("{id}", of, StringComparison.Ordinal).Replace("{step}", "1", StringComparison.Ordinal).Replace("{name}", "checkpoint-7", StringComparison.Ordinal)
                .Replace("{upload}", (string)refused["upload"]!, StringComparison.Ordinal);
            using HttpResponseMessage answer = await site.Administrator.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, Cancellation);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{address}: {(int)answer.StatusCode}");
            Assert.True(answer.Content.Headers.ContentDisposition is { DispositionType: "attachment", FileName.Length: > 0 }, $"{address} is no attachment with a name.");
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        }
    }
}
