using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Tests.Web.Runs;
using RIL.Web.Data;
using RIL.Web.Palette;
using RIL.Web.Runs;

namespace RIL.Tests.Web.Palette;

public sealed class PaletteTests(SiteFixture site)
{
    private readonly RunMaker _runs = new(site.Services.GetRequiredService<Storage>(), site.Services.GetRequiredService<IDbContextFactory<RilDb>>());

    [Fact]
    public async Task ARun_IsFoundByPartsOfItsName_ByItsIdentifier_AndByATag()
    {
        Run run = await Named("Zebra crossing 100%", "stripes");
        await Named("Zebrafish 100x");

        Assert.Equal(["Zebra crossing 100%"], await Titles(site.Viewer, "cross zeb", "Runs"));
        Assert.Equal(["Zebra crossing 100%"], await Titles(site.Viewer, "100%", "Runs"));
        Assert.Equal(["Zebra crossing 100%"], await Titles(site.Viewer, run.Id[..7], "Runs"));
        Assert.Equal(["Zebra crossing 100%"], await Titles(site.Viewer, "stripe", "Runs"));
        Assert.Equal(2, (await Titles(site.Viewer, "zebra", "Runs")).Length);
        Assert.Empty(await Titles(site.Viewer, "zebra giraffe", null));
    }

    [Fact]
    public async Task RunsWhoseNameBeginsSo_StandFirst_AndTheTrashIsNotSearched()
    {
        await Named("quokka", state: RunState.Finished);
        await Named("a quokka at work", state: RunState.Paused);
        await Named("quokka gone", state: RunState.Deleted);
        Assert.Equal(["quokka", "a quokka at work"], await Titles(site.Viewer, "quokka", "Runs"));
    }

    [Fact]
    public async Task WhatTheRoleMayNotDo_IsNotOffered()
    {
        Run run = await Named("steered", state: RunState.Paused);
        string[] viewer = await Titles(site.Viewer, "", null, run.Id), member = await Titles(site.Member, "", null, run.Id), administrator = await Titles(site.Administrator, "", null, run.Id);

        Assert.Empty(viewer.Intersect(["New run", "People", "Job queue", "Resume", "Stop", "Clone", "Upload a data set"]));
        Assert.Empty(new[] { "New run", "Resume", "Stop", "Clone", "Upload a data set" }.Except(member));
        Assert.Empty(member.Intersect(["People", "Job queue", "Pause"]));
        Assert.Empty(new[] { "People", "Job queue", "Resume" }.Except(administrator));
        Assert.Contains("Sign out", viewer);
    }

    [Fact]
    public async Task EveryPageThatIsOffered_Exists()
    {
        Run run = await Named("walked");
        JsonArray items = await Ask(site.Administrator, "", run.Id);
        string[] addresses = [.. items.Select(i => (string?)i!["href"]).OfType<string>().Distinct()];
        Assert.True(addresses.Length > 10);
        foreach (string address in addresses.Where(a => a is not ("/runs/new" or "/compare") && !a.StartsWith("/runs/new?", StringComparison.Ordinal) && !a.StartsWith("/compare?", StringComparison.Ordinal)))
        {
            using HttpResponseMessage answer = await site.Administrator.GetAsync(address, TestContext.Current.CancellationToken);
            Assert.True((int)answer.StatusCode is 200 or 302, $"{address}: {(int)answer.StatusCode}");
        }
    }

    [Theory]
    [InlineData("theme d", "Theme: dark")]
    [InlineData("log out", "Sign out")]
    [InlineData("hangfire", "Job queue")]
    [InlineData("invite", "People")]
    [InlineData("new r", "New run")]
    public async Task ActionsAndPages_AreFoundByTheWordsOneWouldUse(string text, string first) => Assert.Equal(first, (await Titles(site.Administrator, text, null))[0]);

    [Fact]
    public void ATitleThatBeginsSo_CountsMoreThanOneThatContainsIt_AndAWordThatIsNowhereExcludes()
    {
        var item = new PaletteItem("Go to", "Data sets") { Words = "questions" };
        int[] scores = [.. new[] { "data s", "sets", "ata", "quest", "zzz" }.Select(text => PaletteSearch.Score(item, text.Split(' ')))];
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.Equal(0, scores[^1]);
        Assert.Equal(0, PaletteSearch.Score(item, ["data", "zzz"]));
    }

    private async Task<Run> Named(string name, string? tag = null, RunState state = RunState.Finished)
    {
        Run run = _runs.Add(state);
        await using RilDb db = await site.Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContextAsync();
        Run stored = await db.Runs.SingleAsync(r => r.Id == run.Id);
        stored.Name = name;
        if (tag is not null) db.Add(new RunTag { RunId = run.Id, Tag = tag });
        await db.SaveChangesAsync();
        return stored;
    }

    private static async Task<string[]> Titles(HttpClient client, string text, string? group, string? at = null) =>
        [.. (await Ask(client, text, at)).Where(i => group is null || (string?)i!["group"] == group).Select(i => (string)i!["title"]!)];

    private static async Task<JsonArray> Ask(HttpClient client, string text, string? at) =>
        (await client.GetFromJsonAsync<JsonNode>($"/api/v1/palette?text={Uri.EscapeDataString(text)}&at=/runs/{at}"))!["items"]!.AsArray();
}
