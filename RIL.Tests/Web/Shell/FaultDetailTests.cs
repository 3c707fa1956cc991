using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MudBlazor.Services;
using RIL.Web.Shell;

namespace RIL.Tests.Web.Shell;

/// <summary>A page's fault is found again in the log by its reference; only administrators read the fault's own words, which may name files of the server.</summary>
public sealed class FaultDetailTests : BunitContext
{
    private readonly BunitAuthorizationContext _authorization;

    public FaultDetailTests()
    {
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        JSInterop.Mode = JSRuntimeMode.Loose;
        _authorization = this.AddAuthorization();
        _authorization.SetAuthorized("vera");
    }

    [Fact]
    public void TheReader_SeesTheReferenceUnderWhichTheLogHasTheFault_AndNoWordOfIt()
    {
        var log = new Heard();
        Services.AddSingleton<ILogger<PageFault>>(log);
        IRenderedComponent<PageFault> page = Render<PageFault>(p => p
            .AddChildContent<Broken>()
            .Add<FaultDetail, Exception>(f => f.ErrorContent, error => detail => detail.Add(d => d.Error, error).Add(d => d.Reference, "shown")));

        Assert.Contains("reference shown", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("/secret/place", page.Markup, StringComparison.Ordinal);
        Assert.Contains(page.Instance.Reference, Assert.Single(log.Said), StringComparison.Ordinal);
        Assert.NotEmpty(page.Instance.Reference);
    }

    [Fact]
    public void AnAdministrator_ReadsTheFaultItself()
    {
        _authorization.SetPolicies("Administrator");
        Assert.Contains("/secret/place", Detail().Markup, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhatIsCopied_IsWhatMayBeRead(bool administrator)
    {
        if (administrator) _authorization.SetPolicies("Administrator");
        BunitJSModuleInterop module = JSInterop.SetupModule("./js/run.js");
        var copy = module.Setup<bool>("copy", _ => true).SetResult(true);
        IRenderedComponent<FaultDetail> detail = Detail();

        detail.Find("button").Click();

        detail.WaitForAssertion(() => Assert.Contains("Copied", detail.Find("button").TextContent, StringComparison.Ordinal));
        string copied = (string)copy.Invocations.Single().Arguments[0]!;
        Assert.Contains("reference abc", copied, StringComparison.Ordinal);
        Assert.Equal(administrator, copied.Contains("/secret/place", StringComparison.Ordinal));
    }

    private IRenderedComponent<FaultDetail> Detail() => Render<FaultDetail>(p => p.Add(d => d.Reference, "abc").Add(d => d.Error, new IOException("Could not find file '/secret/place'.")));

    private sealed class Broken : ComponentBase
    {
        protected override void OnInitialized() => throw new IOException("Could not find file '/secret/place'.");
    }

    private sealed class Heard : ILogger<PageFault>
    {
        public List<string> Said { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Said.Add(formatter(state, exception));
    }
}
