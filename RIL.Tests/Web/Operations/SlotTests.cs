using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using RIL.Web.Runs;
using RIL.Web.Runs.Jobs;

namespace RIL.Tests.Web.Operations;

/// <summary>The number of slots decides how many trainers there are, at once and after a restart.</summary>
public sealed class SlotTests
{
    [Fact]
    public async Task WithoutASlotNothingStarts_AndWithTwoTwoRunsTrain()
    {
        await using OwnSite site = await OwnSite.Start();
        await Set(site, 0);
        string first = await site.Create(name: "first"), second = await site.Create(name: "second");
        await site.Services.GetRequiredService<RunScheduler>().StopAsync(TestContext.Current.CancellationToken); // whatever it was about to do is done
        Assert.Equal([RunState.Queued, RunState.Queued], [(await site.Load(first)).State, (await site.Load(second)).State]);

        await site.End();
        await site.Begin(); // still none
        Assert.Contains("\"slots\":0", await site.Client.GetStringAsync("/api/v1/system", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await Set(site, 2);
        await site.Until(first, r => r.State is RunState.Running);
        await site.Until(second, r => r.State is RunState.Starting or RunState.Running);
        foreach (string id in (string[])[first, second])
        {
            Assert.Null(await site.Act(id, "stop"));
            await site.Until(id, r => r.State == RunState.Cancelled);
        }
    }

    private static async Task Set(OwnSite site, int slots)
    {
        using HttpResponseMessage answer = await site.Client.PutAsJsonAsync("/api/v1/system/slots", new { slots }, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode);
    }
}
