using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using RIL.Web.Accounts;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Checkpoints;
using RIL.Web.Runs.Completions;
using RIL.Web.Runs.Live;
using RIL.Web.Runs.Log;
using RIL.Web.Runs.Pages;

namespace RIL.Tests.Web.Runs;

/// <summary>Parts of a run's page drawn alone, over the services and the database of the site.</summary>
public abstract class PartBench : BunitContext
{
    private readonly BunitAuthorizationContext _authorization;

    protected PartBench(SiteFixture site)
    {
        Type[] services =
        [
            typeof(IDbContextFactory<RilDb>), typeof(Storage), typeof(RunService), typeof(RunFeed), typeof(CheckpointService), typeof(CompletionReader), typeof(CompletionExamples), typeof(RunLog), typeof(TrainerOutput),
            typeof(RunMetrics), typeof(TimeProvider),
        ];
        foreach (Type service in services) Services.AddSingleton(service, site.Services.GetRequiredService(service));
        Services.AddMudServices(mud => mud.PopoverOptions.CheckForPopoverProvider = false);
        JSInterop.Mode = JSRuntimeMode.Loose;
        _authorization = this.AddAuthorization();
        Runs = new RunMaker(site.Services.GetRequiredService<Storage>(), site.Services.GetRequiredService<IDbContextFactory<RilDb>>());
    }

    internal RunMaker Runs { get; }

    protected RilDb Database() => Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContext();

    /// <summary>Who looks from now on.</summary>
    protected void Be(UserRole role)
    {
        _authorization.SetAuthorized("vera");
        _authorization.SetClaims(new Claim(ClaimTypes.NameIdentifier, "v"), new Claim(Caller.RoleClaim, $"{role}"));
        _authorization.SetPolicies([.. Enum.GetValues<UserRole>().Where(r => r <= role).Select(r => $"{r}")]);
    }

    /// <summary>A run with something in every part of its page.</summary>
    protected Run Full(RunState state = RunState.Finished)
    {
        Run run = Runs.Add(state);
        Runs.Keep(run, 3, new RIL.Training.Runs.CompletionRow("what ?", "answer : 3 .", "student", new Dictionary<string, double?> { ["answer"] = 1, ["similarity"] = 0.4 }, 0.6, null, 0.25, "rl-0-5.png"));
        Runs.Checkpoint(run, "checkpoint-7");
        Runs.Checkpoint(run, "student");
        using RilDb db = Database();
        db.Add(new RunLogLine { RunId = run.Id, Number = 1, Level = "info", Text = "something happened" });
        db.Add(new RunTag { RunId = run.Id, Tag = "seen" });
        db.SaveChanges();
        return Read(run.Id);
    }

    protected Run Read(string id)
    {
        using RilDb db = Database();
        return db.Runs.AsNoTracking().Include(r => r.Tags).Single(r => r.Id == id);
    }
}
