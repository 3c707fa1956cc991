using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Jobs;

namespace RIL.Tests.Web.Jobs;

/// <summary>The queue: whatever is moved, however often and by whomever, the order is what people asked for, and a restart keeps it.</summary>
public sealed class QueueTests : IAsyncLifetime
{
    private OwnSite _site = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await OwnSite.Start();
        await Slots(0);
    }

    public async ValueTask DisposeAsync() => await _site.DisposeAsync();

    [Fact]
    public async Task TheOrder_OutlivesTheSite()
    {
        string[] ids = await Create(4);
        await Put(ids[3], new { before = ids[0] });
        await Put(ids[2], new { priority = 1 });
        Assert.Equal([ids[2], ids[3], ids[0], ids[1]], await Order());
        await _site.End();
        await _site.Begin();
        Assert.Equal([ids[2], ids[3], ids[0], ids[1]], await Order());
    }

    [Fact]
    public async Task ARun_CanAlwaysBePutBetweenTwoOthers()
    {
        string[] ids = await Create(3);
        // Created in the same moment, they have the same place.
        await using (RilDb db = await Db()) await db.Runs.Where(r => r.State == RunState.Queued).ExecuteUpdateAsync(r => r.SetProperty(x => x.QueueOrder, 1e12));
        string[] order = await Order();
        Assert.Equal(ids.Order(StringComparer.Ordinal), order);
        // Half of what is left, a hundred times over, is nothing.
        for (int i = 0; i < 100; i++)
        {
            await Put(order[2], new { before = order[1] });
            order = [order[0], order[2], order[1]];
            Assert.Equal(order, await Order());
        }
        string late = await _site.Create();
        string[] all = [.. order, late];
        Assert.Equal(all, await Order());
    }

    [Fact]
    public async Task APlace_IsGivenAsAWhole_OrNotAtAll()
    {
        string[] ids = await Create(2);
        HttpResponseMessage refused = await _site.Client.PutAsJsonAsync($"/api/v1/queue/{ids[1]}", new { priority = 1, before = "nothing" });
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal(0, (await _site.Load(ids[1])).Priority);
        await Put(ids[1], new { priority = 1, before = ids[0] });
        Assert.Equal([ids[1], ids[0]], await Order());
        Assert.Equal(1, (await _site.Load(ids[1])).Priority);
    }

    [Fact]
    public async Task OnlyARunThatWaits_HasAPlace()
    {
        string id = (await Create(1))[0];
        Assert.Null(await _site.Act(id, "stop"));
        HttpResponseMessage refused = await _site.Client.PutAsJsonAsync($"/api/v1/queue/{id}", new { priority = 1 });
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("does not wait any more", (string?)(await refused.Content.ReadFromJsonAsync<JsonObject>())!["detail"], StringComparison.Ordinal);
        Assert.Equal(0, (await _site.Load(id)).Priority);
        Assert.Equal(HttpStatusCode.NotFound, (await _site.Client.PutAsJsonAsync("/api/v1/queue/nothing", new { priority = 1 })).StatusCode);
    }

    [Fact]
    public async Task ARunThatCannotBeStarted_DoesNotKeepTheNextOneWaiting()
    {
        string[] ids = await Create(2);
        Directory.CreateDirectory(Path.Combine(_site.Services.GetRequiredService<Storage>().Run(ids[0]), "trainer.pid", "in the way"));
        await Slots(1);
        await _site.Until(ids[1], r => RunTransitions.IsActive(r.State));
        Assert.Equal(RunState.Queued, (await _site.Load(ids[0])).State);
        await _site.Act(ids[0], "stop");
        await _site.Act(ids[1], "stop");
        await _site.Until(ids[1], RunState.Cancelled);
    }

    [Fact]
    public async Task WhatManyChangeAtOnce_IsAllThere()
    {
        string id = (await Create(1))[0];
        var runs = _site.Services.GetRequiredService<RunService>();
        var queue = _site.Services.GetRequiredService<QueueService>();
        string[] tags = [.. Enumerable.Range(0, 8).Select(i => $"tag {i}")];
        await Task.WhenAll([.. tags.Select(tag => runs.Retag(id, [tag], [])), .. Enumerable.Range(0, 4).Select(_ => runs.Describe(id, "renamed", null, null)), queue.SetPriority(id, 1)]);
        Run run = (await runs.Find(id))!;
        Assert.Equal(tags, run.Tags.Select(t => t.Tag).Order(StringComparer.Ordinal));
        Assert.Equal(("renamed", 1), (run.Name, run.Priority));
        await runs.Retag(id, [], tags[1..]);
        Assert.Equal(tags[..1], (await runs.Find(id))!.Tags.Select(t => t.Tag));
    }

    [Fact]
    public async Task FromTheTrash_ARunGoesBackToWhereItWas()
    {
        string id = (await Create(1))[0];
        foreach (string action in (string[])["stop", "archive", "delete", "restore"]) Assert.Null(await _site.Act(id, action));
        Assert.Equal(RunState.Archived, (await _site.Load(id)).State);
        Assert.Null(await _site.Act(id, "restore"));
        Assert.Equal(RunState.Cancelled, (await _site.Load(id)).State);
        foreach (string action in (string[])["delete", "restore"]) Assert.Null(await _site.Act(id, action));
        Assert.Equal(RunState.Cancelled, (await _site.Load(id)).State);
    }

    private async Task<string[]> Create(int count)
    {
        var ids = new List<string>();
        for (int i = 0; i < count; i++) ids.Add(await _site.Create(name: $"run {i}"));
        return [.. ids];
    }

    private async Task<string[]> Order() => [.. (await _site.Services.GetRequiredService<QueueService>().List()).Select(w => w.Id)];

    private async Task Put(string id, object place)
    {
        using HttpResponseMessage answer = await _site.Client.PutAsJsonAsync($"/api/v1/queue/{id}", place);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task Slots(int slots)
    {
        using HttpResponseMessage answer = await _site.Client.PutAsJsonAsync("/api/v1/system/slots", new { slots });
        Assert.True(answer.IsSuccessStatusCode);
    }

    private Task<RilDb> Db() => _site.Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContextAsync();
}
