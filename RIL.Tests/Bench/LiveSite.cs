using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using RIL.Tests.Web;
using RIL.Tests.Web.Jobs;

namespace RIL.Tests.Bench;

/// <summary>The site as a process of its own with a real trainer, and somebody signed in.</summary>
internal sealed class LiveSite : IDisposable
{
    // Half a minute of training on two cores, most of it reinforcement steps.
    private const string Settings = """
        {"sft_steps": 60, "sft_warmup_steps": 2, "max_steps": 100, "warmup_steps": 1, "discriminator_pretrain_steps": 3, "eval_limit": 8, "save_steps": 1000, "eval_steps": 0, "logging_steps": 1}
        """;

    /// <summary>A run that reinforces until it is stopped.</summary>
    public static string Endless { get; } = Settings.Replace("\"max_steps\": 100,", "\"max_steps\": 20000,", StringComparison.Ordinal).Replace("\"save_steps\": 1000,", "\"save_steps\": 20000,", StringComparison.Ordinal);

    private readonly TemporaryFolder _folder = new();
    private readonly SiteProcess _site;

    private LiveSite(TemporaryFolder folder, SiteProcess site) => (_folder, _site) = (folder, site);

    public Uri Address => _site.Address;

    public CookieContainer Cookies { get; } = new();

    public HttpClient Client { get; private set; } = null!;

    /// <summary>Seconds of processor time that the site has used, its trainers not included.</summary>
    public double ProcessorSeconds
    {
        get
        {
            string[] stat = File.ReadAllText($"/proc/{_site.Id}/stat").Split(") ")[1].Split(' ');
            return (long.Parse(stat[11], CultureInfo.InvariantCulture) + long.Parse(stat[12], CultureInfo.InvariantCulture)) / 100.0;
        }
    }

    /// <summary>Memory of the site's process, its trainers not included.</summary>
    public double ResidentMegabytes
    {
        get
        {
            using Process process = Process.GetProcessById(_site.Id);
            return process.WorkingSet64 / 1e6;
        }
    }

    public static async Task<LiveSite> Start()
    {
        var folder = new TemporaryFolder();
        var site = new LiveSite(folder, await SiteProcess.Start(folder.Path));
        site.Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = site.Cookies }) { BaseAddress = site.Address };
        await SiteFixture.Post(site.Client, site._site.Link!, new() { ["Form.Name"] = "admin", ["Form.Password"] = SiteFixture.Password, ["Form.Repeat"] = SiteFixture.Password });
        return site;
    }

    public async Task<string> Run(string settings = Settings)
    {
        using HttpResponseMessage answer = await Client.PostAsJsonAsync("/api/v1/runs", new JsonObject { ["presets"] = new JsonArray("quickstart"), ["config"] = JsonNode.Parse(settings) });
        answer.EnsureSuccessStatusCode();
        return (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    /// <summary>Waits, as a script would, for the end of the run's events.</summary>
    public Task End(string run) => End(run, "finished");

    /// <summary>Waits until the run has measured some reinforcement steps.</summary>
    public async Task Reinforces(string run)
    {
        using Stream events = await Client.GetStreamAsync($"/api/v1/runs/{run}/events");
        using var lines = new StreamReader(events);
        while (await lines.ReadLineAsync() is { } line && !(line.Contains("\"reward\"", StringComparison.Ordinal) && (await StepTimes(run)).Length >= 10)) { }
    }

    /// <summary>Stops it and waits until it has ended.</summary>
    public async Task Stop(string run)
    {
        (await Client.PostAsync($"/api/v1/runs/{run}/actions/stop", null)).EnsureSuccessStatusCode();
        await End(run, "cancelled");
    }

    /// <summary>The newest step with metrics.</summary>
    public async Task<long> LastStep(string run) => (long)(await Client.GetFromJsonAsync<JsonObject>($"/api/v1/runs/{run}/metrics"))!["metrics"]!.AsArray().Max(m => (long)m!["last_step"]!);

    /// <summary>When the trainer had each reinforcement step done, by its own clock, ms since 1970.</summary>
    public async Task<long[]> StepTimes(string run)
    {
        JsonObject values = (await Client.GetFromJsonAsync<JsonObject>($"/api/v1/runs/{run}/metrics/values?name=reward&buckets=5000"))!;
        return [.. values["times"]!.AsArray().Select(t => t!.GetValue<DateTimeOffset>().ToUnixTimeMilliseconds())];
    }

    private async Task End(string run, string state)
    {
        using Stream events = await Client.GetStreamAsync($"/api/v1/runs/{run}/events");
        using var lines = new StreamReader(events);
        while (await lines.ReadLineAsync() is { } line && line != "event: end") { }
        JsonObject ended = (await Client.GetFromJsonAsync<JsonObject>($"/api/v1/runs/{run}"))!;
        Assert.True((string)ended["state"]! == state, $"The run is {ended["state"]}: {ended["reason"]}");
    }

    public void Dispose()
    {
        Client.Dispose();
        _site.Dispose();
        _folder.Dispose();
    }
}
