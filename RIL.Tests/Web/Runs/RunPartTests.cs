using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RIL.Training.Runs;
using RIL.Web.Accounts;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Completions;
using RIL.Web.Runs.Live;
using RIL.Web.Runs.Log;
using RIL.Web.Runs.Pages;

namespace RIL.Tests.Web.Runs;

/// <summary>Parts of a run's page follow the news that concern them, read nothing for others, and say in words what was not possible.</summary>
public sealed class RunPartTests : PartBench
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private readonly Counting _reads;

    public RunPartTests(SiteFixture site) : base(site)
    {
        _reads = new Counting(site.Services.GetRequiredService<IDbContextFactory<RilDb>>());
        Services.AddSingleton<IDbContextFactory<RilDb>>(_reads);
        Services.AddSingleton(new RunMetrics(_reads));
        Services.AddSingleton<TimeProvider>(_clock);
        Be(UserRole.Member);
    }

    [Fact]
    public void TheClosingTable_IsReadForANewEvaluation_AndForNothingElse()
    {
        Run run = Runs.Add(RunState.Running);
        var view = new RunView(run);
        IRenderedComponent<ClosingTableView> part = Render<ClosingTableView>(p => p.Add(c => c.View, view));
        int first = _reads.Count;

        view.Apply(News(run, 1, new LiveValue("eval/accuracy", 5, 0.5)), _clock.GetUtcNow());
        Assert.Equal(first + 1, _reads.Count);
        for (int i = 2; i < 6; i++) view.Apply(News(run, i, new LiveValue("loss", i, 0.5)), _clock.GetUtcNow());
        part.Render(p => p.Add(c => c.View, view)); // as when something is zoomed
        Assert.Equal(first + 1, _reads.Count);
    }

    [Fact]
    public void WhatToKnow_IsNotReadAgain_BecauseTheAddressChanged()
    {
        var view = new RunView(Runs.Add(RunState.Running));
        IRenderedComponent<HealthPanel> part = Render<HealthPanel>(p => p.Add(c => c.View, view));
        int first = _reads.Count;
        part.Render(p => p.Add(c => c.View, view));
        Assert.Equal(first, _reads.Count);
    }

    [Fact]
    public async Task AfterARewind_TheCompletionsAreThoseOfTheStepThatIsNamed()
    {
        Run run = Runs.Add(RunState.Running);
        Runs.Keep(run, 2, Said("two"));
        Runs.Keep(run, 4, Said("four"));
        var view = new RunView(run);
        IRenderedComponent<CompletionsTab> tab = Render<CompletionsTab>(p => p.Add(c => c.View, view));
        tab.WaitForAssertion(() => Assert.Contains("four", tab.Find(".said").TextContent, StringComparison.Ordinal));

        using (RilDb db = Database()) await db.CompletionSteps.Where(c => c.RunId == run.Id && c.Step == 4).ExecuteDeleteAsync(Xunit.TestContext.Current.CancellationToken);
        await tab.InvokeAsync(() => view.Apply(News(run, 1) with { RewoundTo = 3 }, _clock.GetUtcNow()));

        tab.WaitForAssertion(() => Assert.Equal("2", tab.Find(".step-slider output").TextContent));
        tab.WaitForAssertion(() => Assert.Contains("two", tab.Find(".said").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void StepsInTheThousands_AreWrittenAsTheSiteWritesNumbers()
    {
        Run run = Runs.Add();
        Runs.Keep(run, 1200, Said("late"));
        IRenderedComponent<CompletionsTab> tab = Render<CompletionsTab>(p => p.Add(c => c.View, new RunView(run)));
        tab.WaitForAssertion(() => Assert.Equal("1\u202f200", tab.Find(".step-slider output").TextContent));
    }

    [Fact]
    public async Task ATag_IsAddedToThoseOfNow_NotToThoseThatWereOnThePage()
    {
        Run run = Full();
        IRenderedComponent<RunHeader> header = Header(run);
        using (RilDb db = Database())
        {
            db.Add(new RunTag { RunId = run.Id, Tag = "of-somebody-else" });
            db.SaveChanges();
        }

        await header.Find(".tag-add").ClickAsync(new());
        await header.Find(".tag-input").InputAsync(new ChangeEventArgs { Value = "mine" });
        await header.Find(".tag-input").KeyDownAsync(new KeyboardEventArgs { Key = "Enter" });
        Assert.Equal(["mine", "of-somebody-else", "seen"], Read(run.Id).Tags.Select(t => t.Tag).Order());

        await header.Find(".tag-remove").ClickAsync(new());
        Assert.Equal(["mine", "of-somebody-else"], Read(run.Id).Tags.Select(t => t.Tag).Order());
    }

    [Fact]
    public async Task ARunThatIsGone_IsNotRenamed_ThePageSaysSo_AndKeepsWhatWasTyped()
    {
        Run run = Full();
        IRenderedComponent<RunHeader> header = Header(run);
        await header.Find(".title-pencil").ClickAsync(new());
        await header.Find(".title-input").InputAsync(new ChangeEventArgs { Value = "another name" });
        using (RilDb db = Database()) await db.Runs.Where(r => r.Id == run.Id).ExecuteDeleteAsync(Xunit.TestContext.Current.CancellationToken);

        await header.Find(".title-edit").SubmitAsync(new());

        Assert.Contains("does not exist any more", header.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Equal("another name", header.Find(".title-input").GetAttribute("value"));
    }

    [Fact]
    public async Task ARename_IsKept()
    {
        Run run = Full();
        IRenderedComponent<RunHeader> header = Header(run);
        await header.Find(".title-pencil").ClickAsync(new());
        await header.Find(".title-input").InputAsync(new ChangeEventArgs { Value = "another name" });
        await header.Find(".title-edit").SubmitAsync(new());
        Assert.Equal("another name", Read(run.Id).Name);
        Assert.Empty(header.FindAll(".title-input"));
    }

    [Theory]
    [InlineData(null, "started by the site")]
    [InlineData("somebody", "by somebody who was removed")]
    public void WhoStartedARun_IsSaid_AlsoOfWhomWasRemoved(string? owner, string words)
    {
        Run run = Runs.Add();
        run = new Run { Id = run.Id, Name = run.Name, Config = run.Config, State = run.State, OwnerId = owner };
        Assert.Contains(words, Header(run).Find(".run-facts").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void ACrash_IsSaidOnce_WithItsLastLinesBelow()
    {
        Run run = Runs.Add(RunState.Failed);
        File.WriteAllLines(Path.Combine(Runs.Storage.Run(run.Id), TrainerOutput.FileName), ["one", "two"]);
        run.Reason = "The trainer was killed.\nLast lines of its output:\none\ntwo";
        IRenderedComponent<RunNotice> notice = Render<RunNotice>(p => p.Add(c => c.View, new RunView(run)));
        Assert.Equal("The trainer was killed.", notice.Find("strong").TextContent);
        Assert.Equal("Last lines of its output:\none\ntwo", notice.Find("pre").TextContent);

        run.Reason = "Unusable input.";
        Assert.Equal("one\ntwo", Render<RunNotice>(p => p.Add(c => c.View, new RunView(run))).Find("pre").TextContent);
    }

    [Fact]
    public void WhatATrainerPrints_AppearsWithoutAnEvent()
    {
        Run run = Runs.Add(RunState.Running);
        string file = Path.Combine(Runs.Storage.Run(run.Id), TrainerOutput.FileName);
        File.WriteAllText(file, "one\n");
        Services.GetRequiredService<NavigationManager>().NavigateTo($"runs/{run.Id}?tab=log&source=trainer");
        IRenderedComponent<LogTab> tab = Render<LogTab>(p => p.Add(c => c.View, new RunView(run)));
        Assert.Contains("1 line", tab.Markup, StringComparison.Ordinal);

        File.AppendAllText(file, "two\n");
        _clock.Advance(TimeSpan.FromSeconds(3));

        tab.WaitForAssertion(() => Assert.Contains("2 lines", tab.Markup, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(RunState.Draft, "runs/new?draft=")]
    [InlineData(RunState.Queued, ".")]
    [InlineData(RunState.Running, "?tab=")]
    [InlineData(RunState.Finished, "runs/new?clone=")]
    public void EveryEmptyPart_HasAStepToTakeNext(RunState state, string leadsTo)
    {
        Run run = Runs.Add(state);
        foreach (Type part in (Type[])[typeof(CompletionsTab), typeof(RIL.Web.Runs.Checkpoints.CheckpointsTab), typeof(LogTab), typeof(ClosingTableView), typeof(HealthPanel)])
        {
            IRenderedComponent<DynamicComponent> drawn = Render<DynamicComponent>(p => p.Add(c => c.Type, part).Add(c => c.Parameters, new Dictionary<string, object> { [nameof(RunPart.View)] = new RunView(run) }));
            Assert.Contains(leadsTo, drawn.Find(".empty a").GetAttribute("href"), StringComparison.Ordinal);
        }
    }

    private IRenderedComponent<RunHeader> Header(Run run) => Render<RunHeader>(p => p.Add(c => c.View, new RunView(run)));

    private static CompletionRow Said(string text) => new("what ?", text, "student", new Dictionary<string, double?> { ["answer"] = 1, ["similarity"] = 0.4 }, 0.6, null, 0.25, "rl-0-5.png");

    private static RunUpdate News(Run run, long number, params LiveValue[] values) => RunUpdate.Of(run) with { LastEvent = number, Values = values };

    private sealed class Counting(IDbContextFactory<RilDb> inner) : IDbContextFactory<RilDb>
    {
        public int Count { get; private set; }

        public RilDb CreateDbContext()
        {
            Count++;
            return inner.CreateDbContext();
        }
    }
}
