using Bunit;
using Bunit.TestDoubles;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using RIL.Web.Accounts;
using RIL.Web.Controls;

namespace RIL.Tests.Web;

/// <summary>Parts that several pages share say what is true.</summary>
public sealed class ControlTests : BunitContext
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public ControlTests()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Theory]
    [InlineData(-90, "2 min ago")]
    [InlineData(30, "just now")]
    [InlineData(300, "in 5 min")]
    [InlineData(5 * 3600, "in 5 h")]
    [InlineData(3 * 86400, "in 3 days")]
    [InlineData(30 * 86400, "in 30 days")]
    [InlineData(90 * 86400, "22 Feb 2027")]
    public void ATime_IsSaidFromNow_WhetherPastOrAhead(int seconds, string expected) => Assert.Equal(expected, Say.Ago(Now.AddSeconds(seconds), Now));

    [Theory]
    [InlineData(true, "Copied")]
    [InlineData(false, "Copy")]
    public void ASecret_IsCalledCopied_OnlyWhereTheBrowserCopiedIt(bool allowed, string word)
    {
        JSInterop.SetupModule("./js/copy.js").Setup<bool>("copy", _ => true).SetResult(allowed);
        IRenderedComponent<SecretOnce> view = Render<SecretOnce>(p => p.Add(c => c.Text, "ril_secret"));
        view.Find("button").Click();
        Assert.Equal(word, view.Find("button").TextContent.Trim());
        Assert.Equal(allowed ? 0 : 1, view.FindAll("[role=alert]").Count);
        // Another secret was not copied yet.
        view.Render(p => p.Add(c => c.Text, "ril_other"));
        Assert.Equal("Copy", view.Find("button").TextContent.Trim());
        Assert.Empty(view.FindAll("[role=alert]"));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void WhatNoRunUses_LeadsToANewRun_ThoseWhoMayMakeOne(bool member, int links)
    {
        BunitAuthorizationContext person = this.AddAuthorization().SetAuthorized("somebody");
        if (member) person.SetPolicies(Policies.Member);
        IRenderedComponent<UsesPanel> view = Render<UsesPanel>(p => p.Add(c => c.Uses, []));
        Assert.Contains("None yet", view.Markup, StringComparison.Ordinal);
        Assert.Equal(links, view.FindAll("a").Count);
    }

    [Fact]
    public void ALongList_SaysHowMuchOfItIsShown_AndShowsMore()
    {
        int shown = ShowMore.Page;
        IRenderedComponent<ShowMore> view = Render<ShowMore>(p => p.Add(c => c.Total, 130).Bind(c => c.Shown, shown, now => shown = now));
        Assert.Contains("100 of 130 are shown", view.Markup, StringComparison.Ordinal);
        view.Find("button").Click();
        Assert.Equal(200, shown);
        view.Render(p => p.Add(c => c.Shown, shown));
        Assert.Empty(view.Markup.Trim());
    }
}
