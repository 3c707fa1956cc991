using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Tests.Web;
using RIL.Tests.Web.Runs;
using RIL.Web.Accounts;
using RIL.Web.Data;
using RIL.Web.Operations;
using RIL.Web.Runs;
using RIL.Web.Runs.Ingest;

namespace RIL.Tests.Browser;

/// <summary>A site in which everything that has a page is there once: two real runs, the first one's folder again as runs in other states, things that people brought, people with open links; and a site in which nobody has been yet.</summary>
internal sealed class LookSite : IAsyncDisposable
{
    private const int Questions = 6;

    private readonly TemporaryFolder _files = new(), _empty = new();
    private readonly Dictionary<RunState, string> _runs = [];
    private OwnSite _site = null!;
    private WebApplication _emptySite = null!;

    private LookSite()
    {
    }

    public Uri Address => _site.Address;

    public Uri EmptyAddress { get; private set; } = null!;

    public string First { get; private set; } = "";

    public string Second { get; private set; } = "";

    public string Dataset { get; private set; } = "";

    public string Teacher { get; private set; } = "";

    public string Model { get; private set; } = "";

    /// <summary>A zip of questions of which some cannot be used.</summary>
    public string BadZip { get; private set; } = "";

    /// <summary>Secrets of links that work: of the first start (on the empty site), an invitation, a new password.</summary>
    public (string Start, string Invite, string Reset) Links { get; private set; }

    /// <summary>A run in a state.</summary>
    public string Run(RunState state) => _runs[state];

    public static async Task<LookSite> Start()
    {
        var site = new LookSite();
        string student = Directory.CreateDirectory(Path.Combine(site._files.Path, "models", "house-student")).FullName;
        foreach (string file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Quickstart", "Student"))) File.Copy(file, Path.Combine(student, Path.GetFileName(file)));
        site._site = await OwnSite.Start($"Storage:Models={Path.Combine(site._files.Path, "models")}");
        (site._emptySite, site.EmptyAddress) = await SiteFixture.Start(site._empty.Path);
        await site.Train();
        await site.Bring();
        await site.Invite();
        foreach (RunState state in (RunState[])[RunState.Running, RunState.Draft, RunState.Queued, RunState.Paused, RunState.Failed, RunState.Cancelled, RunState.Archived, RunState.Deleted]) await site.Make(state);
        // The run that is said to train has the one slot; the queued one waits for it.
        await site._site.Services.GetRequiredService<Slots>().Change(1);
        return site;
    }

    /// <summary>Somebody takes the first link of the empty site.</summary>
    public async Task Enter() => (await SiteFixture.Join(_emptySite.Services, EmptyAddress, UserRole.Administrator, "admin1")).Dispose();

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        await _emptySite.StopAsync();
        await _emptySite.DisposeAsync();
        _files.Dispose();
        _empty.Dispose();
    }

    private async Task Train()
    {
        First = await _site.Create(name: "Quickstart");
        Second = await _site.Create(OwnSite.TinyRun.Replace("{", "{\"reward_weights\": {\"similarity\": 1, \"answer\": 2}, ", StringComparison.Ordinal), "answer counts double");
        foreach (string run in (string[])[First, Second]) await _site.Until(run, RunState.Finished);
        await _site.Services.GetRequiredService<RunService>().Describe(First, null, "Two small teachers, of which each explains what the other only answers.\nExpected: the student learns to explain both, and is right more often than after its warm start.", null);
        // Nothing more is started.
        await _site.Services.GetRequiredService<Slots>().Change(0);
    }

    private async Task Bring()
    {
        string good = House.Zip(_files.File("house.zip"), [.. Enumerable.Range(1, Questions).Select(House.Row)], House.Picture);
        BadZip = House.Zip(_files.File("bad.zip"), [House.Row(1), "no object", House.Row(3).Replace("\"answer\"", "\"nothing\"", StringComparison.Ordinal), House.Row(4)], House.Picture);
        Dataset = await Send("/api/v1/datasets?name=house%20questions", new ByteArrayContent(await File.ReadAllBytesAsync(good)), "application/zip");
        Teacher = await Send($"/api/v1/teachers?dataset=dataset:{Dataset}&name=house", new StringContent(string.Join('\n', House.Answers(Questions))), "application/x-ndjson");
        Model = await Send("/api/v1/models", JsonContent.Create(new { folder = "house-student" }), "application/json");
    }

    private async Task<string> Send(string address, HttpContent body, string type)
    {
        body.Headers.ContentType = new MediaTypeHeaderValue(type);
        using HttpResponseMessage answer = await _site.Client.PostAsync(address, body);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return (string)JsonNode.Parse(text)!["id"]!;
    }

    private async Task Invite()
    {
        (await SiteFixture.Join(_site.Services, Address, UserRole.Viewer, "vera")).Dispose();
        (_, string invite) = await _site.Services.GetRequiredService<InvitationService>().Create(UserRole.Member, "Ada, for the OCR runs", "admin1", TimeSpan.FromDays(1));
        PeopleService people = _site.Services.GetRequiredService<PeopleService>();
        string reset = await people.ResetLink((await people.List()).Single(p => p.Name == "vera").Id, "admin1");
        string start = (await _emptySite.Services.GetRequiredService<InvitationService>().FirstAdministrator())!;
        Links = (start, invite, reset);
    }

    // What has not begun has no folder; all others have that of the first run.
    private async Task Make(RunState state)
    {
        Storage storage = _site.Services.GetRequiredService<Storage>();
        var databases = _site.Services.GetRequiredService<IDbContextFactory<RilDb>>();
        string id = state is RunState.Draft or RunState.Queued
            ? new RunMaker(storage, databases).Add(state).Id
            : (await _site.Services.GetRequiredService<RunImport>().Import(storage.Run(First), null, ["sweep"])).Id;
        await using RilDb db = await databases.CreateDbContextAsync();
        Run run = await db.Runs.SingleAsync(r => r.Id == id);
        (run.Name, run.State) = ($"a run that is {state.ToString().ToLowerInvariant()}", state);
        if (state is RunState.Archived or RunState.Deleted) run.StateBefore = RunState.Finished;
        if (state == RunState.Deleted) run.DeletedAt = DateTimeOffset.UtcNow.AddHours(-3);
        if (state == RunState.Failed) run.Reason = "The trainer was killed: the machine had no memory left. Choose a smaller batch (per_device_train_batch_size), then retry.";
        if (state == RunState.Running)
        {
            // As if another site followed its trainer: this one leaves it alone.
            (run.LeaseOwner, run.LeaseUntil) = ("elsewhere|1|1", DateTimeOffset.UtcNow.AddHours(1));
            (run.Stage, run.StageStep, run.StageTotal, run.LeftSeconds, run.EndedAt, run.Summary) = ("ril", 4, 6, 40, null, null);
        }
        await db.SaveChangesAsync();
        _runs[state] = id;
    }
}
