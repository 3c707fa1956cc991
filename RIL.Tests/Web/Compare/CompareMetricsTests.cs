using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using RIL.Web.Compare;
using RIL.Web.Runs;

namespace RIL.Tests.Web.Compare;

/// <summary>An accuracy stands beside its standard error and the number of questions that it comes from.</summary>
public sealed class CompareMetricsTests : BunitContext
{
    [Fact]
    public void AnAccuracy_SaysHowSureItIs_AndFromHowManyQuestions()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
        var run = new Run { Id = "aaaaaaaaaa", Name = "one", Config = "{}", Summary = """{"evaluations":[{"model":"ril","accuracy":0.8,"by_type":{},"questions":1600}]}""" };

        IRenderedComponent<CompareMetrics> part = Render<CompareMetrics>(p => p.Add(c => c.Runs, ComparedRun.Of([run])).Add(c => c.Metrics, new MetricTable([run.Id], [])));

        Assert.StartsWith("80.0\u202f% ± 1.0 (n = 1\u202f600)", part.Find("tr.total td").TextContent.Trim(), StringComparison.Ordinal);
        Assert.Contains("1\u202f600 held-out questions", part.Find("tr.total td .muted").GetAttribute("title"), StringComparison.Ordinal);
    }
}
