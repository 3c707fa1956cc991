using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Tests.Web.Runs;
using RIL.Web.Accounts;
using RIL.Web.Data;
using RIL.Web.Home;
using RIL.Web.Operations;
using RIL.Web.Runs;
using RIL.Web.Runs.Jobs;

namespace RIL.Tests.Web.Home;

public sealed class HomeSiteTests : IAsyncLifetime
{
    private OwnSite _site = null!;
    private RunMaker _runs = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await OwnSite.Start();
        // No slots: what waits goes on waiting.
        await _site.Services.GetRequiredService<Slots>().Change(0);
        _runs = new RunMaker(_site.Services.GetRequiredService<Storage>(), _site.Services.GetRequiredService<IDbContextFactory<RilDb>>());
    }

    public async ValueTask DisposeAsync() => await _site.DisposeAsync();

    [Fact]
    public async Task AnEmptySite_NamesTheNextStep_WhichViewersAreNotOffered()
    {
        Assert.Contains("Configure the quickstart run", await _site.Client.GetStringAsync("/"), StringComparison.Ordinal);
        using HttpClient viewer = await SiteFixture.Join(_site.Services, _site.Address, UserRole.Viewer, "vera");
        string page = await viewer.GetStringAsync("/");
        Assert.Contains("No runs yet", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/runs/new", page, StringComparison.Ordinal);
        using HttpResponseMessage stranger = await SiteFixture.Client(_site.Address).GetAsync("/");
        Assert.Equal(HttpStatusCode.Redirect, stranger.StatusCode);
    }

    [Fact]
    public async Task ResultsFailuresAndTheQueue_StandOnThePage()
    {
        Run finished = _runs.Add(RunState.Finished), failed = _runs.Add(RunState.Failed);
        await Change(finished.Id, r => (r.Name, r.Summary, r.EndedAt) = ("the good one", """{"evaluations":[{"model":"before","accuracy":0,"by_type":{},"questions":400},{"model":"sft","accuracy":0.714,"by_type":{},"questions":400},{"model":"ril","accuracy":0.828,"by_type":{},"questions":400}]}""", DateTimeOffset.UtcNow));
        await Change(failed.Id, r => (r.Name, r.Reason, r.EndedAt) = ("the bad one", "The disk was full.", DateTimeOffset.UtcNow));
        await _site.Create(name: "the patient one");

        HomeReading now = await _site.Services.GetRequiredService<HomeReader>().Read();
        Assert.Equal(11.4, 100 * now.Results.Single().Gain!.Value, 6);
        Assert.Contains(now.Troubles, t => t.RunId == failed.Id && t.Sentence == "The disk was full.");
        Assert.Equal(3, now.Runs);
        string page = WebUtility.HtmlDecode(await _site.Client.GetStringAsync("/"));
        Assert.All(["the good one", "82.8\u202f%", "+11.4", "the bad one", "The disk was full.", "the patient one"], text => Assert.Contains(text, page, StringComparison.Ordinal));
        Assert.Contains("Move the patient one up", page, StringComparison.Ordinal);
        using HttpClient viewer = await SiteFixture.Join(_site.Services, _site.Address, UserRole.Viewer, "vera");
        Assert.DoesNotContain("Move the patient one up", await viewer.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task APlaceInTheQueue_ChangesThePriorityOnlyAsFarAsItMust()
    {
        string high = await _site.Create(name: "high"), other = await _site.Create(name: "other"), normal = await _site.Create(name: "normal"), low = await _site.Create(name: "low");
        var queue = _site.Services.GetRequiredService<QueueService>();
        await queue.SetPriority(high, 1);
        await queue.SetPriority(other, 1);
        await queue.SetPriority(low, -1);

        await queue.Move(high, normal);
        Assert.Equal([other, high, normal, low], (await queue.List()).Select(w => w.Id));
        Assert.Equal([1, 1, 0, -1], (await queue.List()).Select(w => w.Priority));
        await queue.Move(low, normal);
        Assert.Equal([other, high, low, normal], (await queue.List()).Select(w => w.Id));
        Assert.Equal([1, 1, 0, 0], (await queue.List()).Select(w => w.Priority));
        await queue.Move(other, null);
        Assert.Equal([high, low, normal, other], (await queue.List()).Select(w => w.Id));
    }

    private async Task Change(string id, Action<Run> change)
    {
        await using RilDb db = await _site.Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContextAsync();
        Run run = await db.Runs.SingleAsync(r => r.Id == id);
        change(run);
        await db.SaveChangesAsync();
    }
}
