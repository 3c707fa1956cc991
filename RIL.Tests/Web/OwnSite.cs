using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Web.Accounts;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Live;

namespace RIL.Tests.Web;

/// <summary>A site that a test may shut down and start again on the same storage folder.</summary>
internal sealed class OwnSite : IAsyncDisposable
{
    /// <summary>Settings of a run that takes seconds: every stage of the example, a few steps each.</summary>
    public const string TinyRun = """
        {"sft_steps": 60, "sft_batch_size": 8, "sft_warmup_steps": 2, "max_steps": 6, "warmup_steps": 1, "per_device_train_batch_size": 8, "discriminator_pretrain_steps": 3, "eval_limit": 16,
         "save_steps": 20, "eval_steps": 0, "max_completion_length": 12}
        """;

    /// <summary>The same, for as long as a test wants.</summary>
    public static string LongRun { get; } = TinyRun.Replace("\"sft_steps\": 60", "\"sft_steps\": 5000", StringComparison.Ordinal);

    private readonly TemporaryFolder _folder = new();
    private WebApplication? _app;
    private int _people;

    private OwnSite()
    {
    }

    public HttpClient Client { get; private set; } = null!;

    public Uri Address { get; private set; } = null!;

    public IServiceProvider Services => _app!.Services;

    public string Folder => _folder.Path;

    public static async Task<OwnSite> Start(params string[] settings)
    {
        var site = new OwnSite();
        await site.Begin(settings);
        return site;
    }

    /// <summary>Starts it (again).</summary>
    public async Task Begin(params string[] settings)
    {
        (_app, Address) = await SiteFixture.Start(Folder, settings);
        Client = await SiteFixture.Join(Services, Address, UserRole.Administrator, $"admin{++_people}");
    }

    /// <summary>Shuts it down as Ctrl-C does.</summary>
    public async Task End()
    {
        if (_app is null) return;
        await _app.StopAsync();
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>Creates a run of seconds over REST and gives its identifier.</summary>
    public async Task<string> Create(string settings = TinyRun, string name = "tiny")
    {
        var body = new JsonObject { ["name"] = name, ["presets"] = new JsonArray("quickstart"), ["config"] = JsonNode.Parse(settings) };
        using HttpResponseMessage answer = await Client.PostAsJsonAsync("/api/v1/runs", body);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return (string)JsonNode.Parse(text)!["id"]!;
    }

    /// <summary>Asks something of a run over REST; gives the refusal, or null.</summary>
    public async Task<string?> Act(string id, string action)
    {
        using HttpResponseMessage answer = await Client.PostAsync($"/api/v1/runs/{id}/actions/{action}", null);
        return answer.IsSuccessStatusCode ? null : (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["detail"];
    }

    public async Task<Run> Load(string id)
    {
        await using RilDb db = await Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContextAsync();
        return await db.Runs.AsNoTracking().FirstAsync(r => r.Id == id);
    }

    /// <summary>Waits until a run is as wished, woken by the site's own news; gives it. Fails where it ends otherwise.</summary>
    public async Task<Run> Until(string id, Func<Run, bool> wished, bool mayEnd = true)
    {
        var done = new TaskCompletionSource<Run>(TaskCreationOptions.RunContinuationsAsynchronously);
        async Task Look()
        {
            Run run = await Load(id);
            if (wished(run)) done.TrySetResult(run);
            else if (mayEnd && RunTransitions.IsEnded(run.State)) done.TrySetException(new InvalidOperationException($"The run ended as {run.State}: {run.Reason}"));
        }
        using IDisposable news = Services.GetRequiredService<RunFeed>().Subscribe(id, _ => Look());
        await Look();
        return await done.Task.WaitAsync(TimeSpan.FromMinutes(3));
    }

    public Task<Run> Until(string id, RunState state) => Until(id, r => r.State == state);

    /// <summary>Everything that was measured, one line a value, without the clock.</summary>
    public async Task<string[]> Measured(string id) => WithoutClock(await Client.GetStringAsync($"/api/v1/runs/{id}/metrics.csv"));

    /// <summary>Lines of a run's metrics without times, speeds and memory, which differ from run to run.</summary>
    public static string[] WithoutClock(string csv)
    {
        string[] lines = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries), clock = ["timing_s/", "step_time", "perf/", "system/"];
        int[] kept = [.. lines[0].Split(',').Select((word, at) => (word, at)).Where(c => !c.word.Contains("time", StringComparison.Ordinal)).Select(c => c.at)];
        return [.. lines.Where(l => !clock.Any(c => l.StartsWith(c, StringComparison.Ordinal))).Select(l => string.Join(',', l.Split(',').Where((_, at) => kept.Contains(at)))).Order(StringComparer.Ordinal)];
    }

    public async ValueTask DisposeAsync()
    {
        await End();
        _folder.Dispose();
    }
}
