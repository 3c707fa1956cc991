using RIL.Web.Charts;

namespace RIL.Tests.Web.Charts;

public sealed class ChartSettingsTests
{
    [Fact]
    public void WhatIsWritten_IsReadAgain()
    {
        var settings = new ChartSettings(ChartSettings.RilStep, 0.8, Log: true, Find: "loss & more", new ChartZoom(12.5, 340));
        string query = string.Join('&', settings.Query().Select(p => $"{p.Key}={Uri.EscapeDataString((string)p.Value!)}"));
        Assert.Equal(settings, ChartSettings.Read("http://site/runs/x?tab=charts&" + query));
    }

    [Theory]
    [InlineData("http://site/runs/x")]
    [InlineData("http://site/runs/x?x=sideways&smooth=many&log=yes&zoom=9~3")]
    [InlineData("http://site/runs/x?zoom=1&smooth=NaN")]
    public void WhatMakesNoSense_IsTheDefault(string address) => Assert.Equal(new ChartSettings(), ChartSettings.Read(address));

    [Fact]
    public void Defaults_AreLeftOutOfTheAddress() => Assert.All(new ChartSettings().Query().Values, Assert.Null);
}
