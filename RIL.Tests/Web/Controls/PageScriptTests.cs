using Microsoft.JSInterop;
using RIL.Web.Controls;

namespace RIL.Tests.Web.Controls;

/// <summary>What a part holds in the browser is given back whenever the part goes, be it before its script has come; only a part that is there hears of its script's faults.</summary>
public sealed class PageScriptTests
{
    private readonly Browser _browser = new();
    private readonly PageScript _script;

    public PageScriptTests() => _script = new PageScript(_browser, "./js/some.js");

    [Fact]
    public async Task WhatIsHeld_IsGivenBack_AndTheModuleAfterIt()
    {
        PageScriptHandle? handle = await _browser.Answer(_script.Hold("attach", 1), _browser.Module, _browser.Held);
        Task<bool> start = _script.Ask<bool>("asked");
        _browser.Give(true);
        Assert.True(await start);
        Task told = handle!.Call("follow", false);
        _browser.Give(null);
        await told;
        await _script.DisposeAsync();
        await _script.DisposeAsync();
        Assert.Equal(["import", "module.attach", "module.asked", "held.follow", "held.dispose", "held gone", "module gone"], _browser.Said);
    }

    [Fact]
    public async Task APartThatGoesBeforeItsScriptCame_BeginsNothing()
    {
        Task<PageScriptHandle?> hold = _script.Hold("attach");
        await _script.DisposeAsync();
        _browser.Give(_browser.Module);
        Assert.Null(await hold);
        await _script.Call("more");
        Assert.Equal(["import", "module gone"], _browser.Said);
    }

    [Fact]
    public async Task APartThatGoesWhileItsListenerIsOnItsWay_LeavesNoListener()
    {
        Task<PageScriptHandle?> hold = _script.Hold("attach");
        _browser.Give(_browser.Module);
        await _script.DisposeAsync();
        _browser.Give(_browser.Held);
        Assert.Null(await hold);
        Assert.Equal(["import", "module.attach", "module gone", "held.dispose", "held gone"], _browser.Said);
    }

    [Fact]
    public async Task AFaultOfTheScript_IsHeardByAPartThatIsThere_AndByNoneThatIsGone()
    {
        Task call = _script.Call("reveal");
        _browser.Give(_browser.Module);
        _browser.Fail(new JSException("reading 'parentElement' of null"));
        await Assert.ThrowsAsync<JSException>(() => call);

        call = _script.Call("reveal");
        await _script.DisposeAsync();
        _browser.Fail(new JSException("reading 'parentElement' of null"));
        await call;
    }

    [Fact]
    public async Task WhereTheConnectionIsGone_NothingIsAFault()
    {
        Task call = _script.Call("reveal");
        _browser.Fail(new JSDisconnectedException("gone"));
        await call;
        await _script.DisposeAsync();
    }

    // Answers when the test says so; giving back is done at once.
    private sealed class Browser : IJSRuntime
    {
        private TaskCompletionSource<object?>? _asked;

        public Browser() => (Module, Held) = (new Thing(this, "module"), new Thing(this, "held"));

        public List<string> Said { get; } = [];

        public IJSObjectReference Module { get; }

        public IJSObjectReference Held { get; }

        public void Give(object? answer) => _asked!.SetResult(answer);

        public void Fail(Exception e) => _asked!.SetException(e);

        public async Task<T> Answer<T>(Task<T> question, params object?[] answers)
        {
            foreach (object? answer in answers) Give(answer);
            return await question;
        }

        public async ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args)
        {
            Said.Add(identifier);
            if (identifier.EndsWith(".dispose", StringComparison.Ordinal)) return default!;
            _asked = new TaskCompletionSource<object?>();
            return await _asked.Task is TValue value ? value : default!;
        }

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => InvokeAsync<TValue>(identifier, args);
    }

    private sealed class Thing(Browser browser, string name) : IJSObjectReference
    {
        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => browser.InvokeAsync<TValue>($"{name}.{identifier}", args);

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => InvokeAsync<TValue>(identifier, args);

        public ValueTask DisposeAsync()
        {
            browser.Said.Add($"{name} gone");
            return ValueTask.CompletedTask;
        }
    }
}
