using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using RIL.Tests.Web.Jobs;

namespace RIL.Tests.Web.Operations;

/// <summary>The site as the README's first command starts it: the program in a folder, and no setting but a free port.</summary>
public sealed class FirstStartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        if (Directory.Exists(Data)) foreach (string file in Directory.GetFiles(Data, "trainer.pid", SearchOption.AllDirectories)) FaultTests.KillTrainer(Path.GetDirectoryName(file)!);
        _folder.Dispose();
    }

    private string Data => _folder.File("data");

    [Fact]
    public async Task WithNothingSet_TheFirstStart_MakesItsDatabase_PrintsALinkThatWorksOnce_AndTrainsTheExample()
    {
        // The working directory of dotnet run: what of the repository a site reads.
        Copy(Path.Combine(SiteFixture.Root(), "wwwroot"), _folder.File("wwwroot"));
        File.Copy(Path.Combine(SiteFixture.Root(), "appsettings.json"), _folder.File("appsettings.json"));
        using SiteProcess site = await SiteProcess.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "RIL.Web.dll"), "--urls=http://127.0.0.1:0"]) { WorkingDirectory = _folder.Path });

        Assert.True(File.Exists(Path.Combine(Data, "ril.db")));
        using HttpClient first = SiteFixture.Client(site.Address), second = SiteFixture.Client(site.Address);
        using HttpResponseMessage entered = await SiteFixture.Post(first, site.Link!, new() { ["Form.Name"] = "admin", ["Form.Password"] = SiteFixture.Password, ["Form.Repeat"] = SiteFixture.Password });
        Assert.Equal(HttpStatusCode.Redirect, entered.StatusCode);
        Assert.Contains("does not work any more", await second.GetStringAsync(site.Link, TestContext.Current.CancellationToken), StringComparison.Ordinal);

        JsonNode run = Assert.Single((await first.GetFromJsonAsync<JsonNode>("/api/v1/runs", TestContext.Current.CancellationToken))!["runs"]!.AsArray())!;
        Assert.Equal("Quickstart", (string?)run["name"]);
        await Trains(first, (string)run["id"]!);
    }

    // Until its trainer has said its first word.
    internal static async Task Trains(HttpClient client, string run)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        using Stream news = await client.GetStreamAsync($"/api/v1/runs/{run}/events", patience.Token);
        using var lines = new StreamReader(news);
        while (await lines.ReadLineAsync(patience.Token) is { } line)
        {
            Assert.DoesNotContain("\"state\":\"failed\"", line, StringComparison.Ordinal);
            if (line.Contains("\"state\":\"running\"", StringComparison.Ordinal)) return;
        }
        Assert.Fail("The run ended before it was seen at work.");
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
