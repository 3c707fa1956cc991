using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using RIL.Tests.Web.Jobs;

namespace RIL.Tests.Web.Operations;

/// <summary>What dotnet publish leaves is whole: moved elsewhere, with an empty environment, the site answers and its trainer trains.</summary>
public sealed class PublishedTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        if (Directory.Exists(Data)) foreach (string file in Directory.GetFiles(Data, "trainer.pid", SearchOption.AllDirectories)) FaultTests.KillTrainer(Path.GetDirectoryName(file)!);
        _folder.Dispose();
    }

    private string Data => _folder.File("storage");

    [Fact]
    public async Task APublishedFolder_MovedElsewhere_WithAnEmptyEnvironment_AnswersAndTrains()
    {
        string elsewhere = _folder.File("elsewhere");
        await Publish(_folder.File("published"));
        Directory.Move(_folder.File("published"), elsewhere);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(elsewhere, "RIL.Web.dll"), "--urls=http://127.0.0.1:0", $"--Storage:Folder={Data}"]) { WorkingDirectory = Path.GetPathRoot(elsewhere) };
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");

        using SiteProcess site = await SiteProcess.Start(start);

        using HttpClient client = SiteFixture.Client(site.Address);
        Assert.NotEqual(HttpStatusCode.NotFound, (await client.GetAsync("/health", TestContext.Current.CancellationToken)).StatusCode);
        foreach (string file in (string[])["/css/site.css", "/js/chart.js", "/_content/MudBlazor/MudBlazor.min.css", "/_framework/blazor.web.js"])
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(file, TestContext.Current.CancellationToken)).StatusCode);
        await SiteFixture.Post(client, site.Link!, new() { ["Form.Name"] = "admin", ["Form.Password"] = SiteFixture.Password, ["Form.Repeat"] = SiteFixture.Password });
        JsonNode system = (await client.GetFromJsonAsync<JsonNode>("/api/v1/system", TestContext.Current.CancellationToken))!;
        Assert.All(system["health"]!.AsArray().Where(p => (string?)p!["name"] != "disk"), p => Assert.True((bool)p!["healthy"]!, p.ToJsonString()));
        JsonNode run = Assert.Single((await client.GetFromJsonAsync<JsonNode>("/api/v1/runs", TestContext.Current.CancellationToken))!["runs"]!.AsArray())!;
        await FirstStartTests.Trains(client, (string)run["id"]!);
    }

    // What the tests were built from, not built again.
    private static async Task Publish(string folder)
    {
        string configuration = AppContext.BaseDirectory.Split(Path.DirectorySeparatorChar).Contains("Release") ? "Release" : "Debug";
        var start = new ProcessStartInfo("dotnet", ["publish", "RIL.Web", "-c", configuration, "--no-build", "-o", folder, "-nologo", "-nodeReuse:false"]) { WorkingDirectory = SiteFixture.Root(), RedirectStandardOutput = true, RedirectStandardError = true };
        using Process publish = Process.Start(start)!;
        Task<string> said = publish.StandardOutput.ReadToEndAsync(), complained = publish.StandardError.ReadToEndAsync();
        await publish.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(publish.ExitCode == 0, await said + await complained);
    }
}
