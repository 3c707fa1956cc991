using RIL.Web.Charts;

namespace RIL.Tests.Web.Charts;

/// <summary>How charts are drawn goes into the page's address and comes out of it again.</summary>
public sealed class ChartSettingsTests
{
    [Fact]
    public void WhatIsWritten_IsReadAgain()
    {
        var settings = new ChartSettings(ChartSettings.RilStep, 0.8, Log: true, Find: "loss & more", new ChartZoom(12.5, 340)).Hide("KL, entropy *!", [2, 0]).Turn("Speed");
        string query = string.Join('&', settings.Query().Select(p => $"{p.Key}={Uri.EscapeDataString((string)p.Value!)}"));
        Assert.Equal(settings, ChartSettings.Read("http://site/runs/x?tab=charts&" + query));
    }

    [Fact]
    public void LinesAreHidden_ChartByChart()
    {
        ChartSettings settings = new ChartSettings().Hide("a*b!1", [3, 1]).Hide("a", [0]);
        Assert.Equal([1, 3], settings.HiddenOf("a*b!1"));
        Assert.Equal([0], settings.HiddenOf("a"));
        Assert.Empty(settings.HiddenOf("b"));
        Assert.Equal(new ChartSettings(), settings.Hide("a", []).Hide("a*b!1", []));
        Assert.Empty(new ChartSettings(Hidden: "a!x.-1*a*!").HiddenOf("a"));
    }

    [Fact]
    public void ASection_IsTurnedAndTurnedBack()
    {
        ChartSettings settings = new ChartSettings().Turn("Speed").Turn("my/own");
        Assert.True(settings.IsTurned("Speed") && settings.IsTurned("my/own") && !settings.IsTurned("own"));
        Assert.Equal(new ChartSettings(), settings.Turn("Speed").Turn("my/own"));
    }

    [Theory]
    [InlineData("http://site/runs/x")]
    [InlineData("http://site/runs/x?x=sideways&smooth=many&log=yes&zoom=9~3")]
    [InlineData("http://site/runs/x?zoom=1&smooth=NaN")]
    public void WhatMakesNoSense_IsTheDefault(string address) => Assert.Equal(new ChartSettings(), ChartSettings.Read(address));

    [Fact]
    public void Defaults_AreLeftOutOfTheAddress() => Assert.All(new ChartSettings().Query().Values, Assert.Null);

    [Fact]
    public void APageWithAnAxisOfItsOwn_LeavesThatOutOfTheAddress_AndWritesEveryOther()
    {
        Assert.Equal(ChartSettings.RilStep, ChartSettings.Read("http://site/compare", ChartSettings.RilStep).X);
        Assert.Equal(ChartSettings.Step, ChartSettings.Read("http://site/compare?x=step", ChartSettings.RilStep).X);
        Assert.Null(new ChartSettings(ChartSettings.RilStep).Query(ChartSettings.RilStep)["x"]);
        Assert.Equal(ChartSettings.Step, new ChartSettings().Query(ChartSettings.RilStep)["x"]);
    }
}
