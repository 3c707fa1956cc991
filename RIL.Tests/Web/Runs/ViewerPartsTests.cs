using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using RIL.Web.Accounts;
using RIL.Web.Charts;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Checkpoints;
using RIL.Web.Runs.Pages;

namespace RIL.Tests.Web.Runs;

/// <summary>A browser may send any event that the page listens to, whatever looks disabled: what a viewer's page listens to changes nothing.</summary>
public sealed class ViewerPartsTests(SiteFixture site) : PartBench(site)
{
    public static TheoryData<Type> Parts => [.. typeof(RunPart).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(RunPart)))];

    [Theory]
    [MemberData(nameof(Parts))]
    public async Task NothingThatAViewerCanTouch_ChangesTheRun(Type part)
    {
        foreach (RunState state in (RunState[])[RunState.Finished, RunState.Paused, RunState.Draft])
        {
            Run run = Full(state);
            string before = Everything(run);
            Be(UserRole.Viewer);
            await TouchEverything(Draw(part, run));
            Assert.Equal(before, Everything(run));
        }
    }

    [Fact]
    public async Task TheSameTouch_OfAMember_KeepsACheckpoint()
    {
        Run run = Full();
        string before = Everything(run);
        Be(UserRole.Member);
        await TouchEverything(Draw(typeof(CheckpointsTab), run), "onchange");
        Assert.NotEqual(before, Everything(run));
    }

    private IRenderedComponent<DynamicComponent> Draw(Type part, Run run) =>
        Render<DynamicComponent>(p => p.Add(c => c.Type, part).Add(c => c.Parameters, new Dictionary<string, object> { [nameof(RunPart.View)] = new RunView(run) }));

    private static async Task TouchEverything(IRenderedComponent<DynamicComponent> page, string? only = null)
    {
        for (int i = 0; ; i++)
        {
            (IElement Element, string Event)[] handlers = [.. page.FindAll("*").SelectMany(e => e.Attributes.Where(a => a.Name.StartsWith("blazor:on", StringComparison.Ordinal) && a.Name.Count(c => c == ':') == 1).Select(a => (e, a.Name["blazor:".Length..])))];
            if (i >= handlers.Length) return;
            (IElement element, string name) = handlers[i];
            if (only is not null && name != only) continue;
            element.RemoveAttribute("disabled");
            await element.TriggerEventAsync(name, name switch
            {
                "onchange" or "oninput" => new ChangeEventArgs { Value = element.GetAttribute("type") == "checkbox" ? true : "1" },
                "onkeydown" => new KeyboardEventArgs { Key = "Enter" },
                "onblur" => new FocusEventArgs(),
                "onchartzoom" => new ChartZoomEventArgs { From = 1, To = 2 },
                "onchartlines" => new ChartLinesEventArgs { Hidden = [0] },
                _ => new MouseEventArgs(),
            });
        }
    }

    // What there is of a run: the record, its tags and checkpoints, and the files.
    private string Everything(Run run)
    {
        Run now = Read(run.Id);
        using RilDb db = Database();
        string[] files = [.. Directory.EnumerateFileSystemEntries(Runs.Storage.Run(run.Id), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        return string.Join('\n', [$"{now.Name} {now.State} {now.Version} {now.Notes}", string.Join(',', now.Tags.Select(t => t.Tag).Order()), $"{db.Runs.Count(r => r.ParentId == run.Id)}", .. files]);
    }
}
