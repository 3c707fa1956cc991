using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Web.Accounts;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Live;
using RIL.Web.Runs.Pages;

namespace RIL.Tests.Web.Runs;

/// <summary>While a run is looked for, its page neither denies it nor shows another one.</summary>
public sealed class RunPageLoadTests : PartBench
{
    private readonly Gate _gate;

    public RunPageLoadTests(SiteFixture site) : base(site)
    {
        _gate = new Gate(site.Services.GetRequiredService<IDbContextFactory<RilDb>>());
        Services.AddSingleton(new RunService(_gate, site.Services.GetRequiredService<RunConfigs>(), site.Services.GetRequiredService<RunFeed>(), site.Services.GetRequiredService<RunQueue>(), TimeProvider.System));
        Be(UserRole.Viewer);
    }

    [Fact]
    public void ARunThatIsLookedFor_IsNotSaidToBeMissing()
    {
        Run run = Full();
        IRenderedComponent<RunPage> page = Render<RunPage>(p => p.Add(c => c.Id, run.Id));
        Assert.DoesNotContain("There is no such run", page.Markup, StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll("[aria-busy=true]"));

        _gate.Open(0);
        page.WaitForAssertion(() => Assert.Equal("a run", page.Find("h1").TextContent));
    }

    [Fact]
    public void ARunThatIsNotThere_IsSaidToBeMissing()
    {
        IRenderedComponent<RunPage> page = Render<RunPage>(p => p.Add(c => c.Id, "aaaaaaaaaa"));
        _gate.Open(0);
        page.WaitForAssertion(() => Assert.Contains("There is no such run", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void WhoWentOnToAnotherRun_SeesThatOne_WhicheverIsFoundFirst()
    {
        Run first = Full(), second = Full();
        IRenderedComponent<RunPage> page = Render<RunPage>(p => p.Add(c => c.Id, first.Id));
        page.Render(p => p.Add(c => c.Id, second.Id));
        _gate.Open(1);
        page.WaitForAssertion(() => Assert.Contains(second.Id, page.Markup, StringComparison.Ordinal));
        _gate.Open(0);
        page.Render(p => p.Add(c => c.Id, second.Id));
        Assert.Contains(second.Id, page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain(first.Id, page.Markup, StringComparison.Ordinal);
    }

    // A database that answers when the test says so, each question by itself.
    private sealed class Gate(IDbContextFactory<RilDb> inner) : IDbContextFactory<RilDb>
    {
        private readonly List<TaskCompletionSource> _asked = [];

        public void Open(int question) => _asked[question].SetResult();

        public RilDb CreateDbContext() => inner.CreateDbContext();

        public async Task<RilDb> CreateDbContextAsync(CancellationToken cancellationToken = default)
        {
            var let = new TaskCompletionSource();
            _asked.Add(let);
            await let.Task.WaitAsync(cancellationToken);
            return inner.CreateDbContext();
        }
    }
}
