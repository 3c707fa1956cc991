using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using RIL.Tests.Web;
using RIL.Tests.Web.Runs;
using RIL.Web.Data;
using RIL.Web.Runs;
using static Microsoft.Playwright.Assertions;

namespace RIL.Tests.Browser;

/// <summary>An administrator on the System page: slots, and a run from the list through the trash to the end of its bytes.</summary>
public sealed class SystemPageTests(ChromiumFixture chromium, SiteFixture site)
{
    [Fact]
    public async Task ARun_GoesToTheTrash_ComesBack_AndIsRemovedForGood_WithItsBytes()
    {
        var maker = new RunMaker(site.Services.GetRequiredService<Storage>(), site.Services.GetRequiredService<IDbContextFactory<RilDb>>());
        Run run = maker.Add();
        maker.Checkpoint(run, "checkpoint-2", 3 << 20);
        string name = $"to be removed {run.Id}";
        await using (RilDb db = await site.Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken))
            await db.Runs.Where(r => r.Id == run.Id).ExecuteUpdateAsync(r => r.SetProperty(x => x.Name, name), TestContext.Current.CancellationToken);

        await using Visit visit = await Visit.As(chromium, site.Address, "admin", "/system");
        IPage page = visit.Page;
        ILocator storage = page.GetByRole(AriaRole.Region, new() { Name = "Storage" }).First, trash = page.GetByRole(AriaRole.Region, new() { Name = "Trash" }).First;
        await page.GetByRole(AriaRole.Button, new() { Name = "Measure again" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = $"Move {name} to the trash" }).ClickAsync();
        await Expect(trash.GetByText(name)).ToBeVisibleAsync();
        Assert.Equal(RunState.Deleted, await StateOf(run.Id));

        await page.GetByRole(AriaRole.Button, new() { Name = $"Restore {name}" }).ClickAsync();
        await Expect(storage.GetByText(name)).ToBeVisibleAsync();
        Assert.Equal(RunState.Finished, await StateOf(run.Id));

        await page.GetByRole(AriaRole.Button, new() { Name = $"Move {name} to the trash" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = $"Remove {name} for good" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("3.0");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Remove for good" }).ClickAsync();
        await Expect(trash.GetByRole(AriaRole.Status)).ToContainTextAsync("1 run removed for good");
        foreach (ILocator list in (ILocator[])[storage, trash]) await Expect(list.GetByText(name)).ToHaveCountAsync(0);
        Assert.Null(await StateOf(run.Id));
        Assert.False(Directory.Exists(maker.Storage.Run(run.Id)));
    }

    [Fact]
    public async Task JobQueue_OpensFromThePage_AndBreaksNoRule()
    {
        await using Visit visit = await Visit.As(chromium, site.Address, "admin", "/system");
        IPage page = visit.Page;
        var said = new List<string>();
        page.Console += (_, message) => { if (message.Type is "error" or "warning") said.Add(message.Text); };
        await page.GetByRole(AriaRole.Link, new() { Name = "Job queue" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Servers" }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Servers" })).ToBeVisibleAsync();
        Assert.Empty(said);
    }

    private async Task<RunState?> StateOf(string id)
    {
        await using RilDb db = await site.Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
        return await db.Runs.Where(r => r.Id == id).Select(r => (RunState?)r.State).FirstOrDefaultAsync(TestContext.Current.CancellationToken);
    }
}
