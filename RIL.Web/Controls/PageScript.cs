using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace RIL.Web.Controls;

/// <summary>
/// A script module of a part of a page, and what it holds in the browser (listeners, observers). A part may be gone before its script has come: then nothing is done any more, what
/// was begun is given back, and nobody is told of a fault.
/// </summary>
/// <param name="script">The browser.</param>
/// <param name="address">Where the module lies.</param>
public sealed class PageScript(IJSRuntime script, string address) : IAsyncDisposable
{
    private readonly List<IJSObjectReference> _held = [];
    private Task<IJSObjectReference>? _module;
    private bool _gone;

    /// <summary>Calls a function.</summary>
    public Task Call(string function, params object?[] arguments) => Try(async module => await module.InvokeVoidAsync(function, arguments));

    /// <summary>Calls a function for its answer; the default where the part is gone.</summary>
    public async Task<T?> Ask<T>(string function, params object?[] arguments)
    {
        T? answer = default;
        await Try(async module => answer = await module.InvokeAsync<T>(function, arguments));
        return answer;
    }

    /// <summary>Calls a function that gives an object with a <c>dispose</c>, which is called when the part goes; null where it is gone already.</summary>
    public async Task<PageScriptHandle?> Hold(string function, params object?[] arguments)
    {
        PageScriptHandle? handle = null;
        await Try(async module =>
        {
            IJSObjectReference held = await module.InvokeAsync<IJSObjectReference>(function, arguments);
            if (_gone) await Release(held);
            else
            {
                _held.Add(held);
                handle = new PageScriptHandle(this, held);
            }
        });
        return handle;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_gone) return;
        _gone = true;
        foreach (IJSObjectReference held in _held) await Tolerate(() => Release(held));
        if (_module is { IsCompletedSuccessfully: true }) await Tolerate(async () => await (await _module).DisposeAsync());
    }

    /// <summary>Puts the focus on an element, where it is still there.</summary>
    public static async Task Focus(ElementReference element, bool preventScroll = false)
    {
        try
        {
            await element.FocusAsync(preventScroll);
        }
        catch (Exception e) when (IsGone(e) || e is JSException)
        {
            // Drawn anew meanwhile, or left.
        }
    }

    internal async Task<T?> Ask<T>(IJSObjectReference held, string function, object?[] arguments)
    {
        T? answer = default;
        if (!_gone) await Tolerate(async () => answer = await held.InvokeAsync<T>(function, arguments));
        return answer;
    }

    private Task Try(Func<IJSObjectReference, Task> act) => _gone ? Task.CompletedTask : Tolerate(async () =>
    {
        IJSObjectReference module = await (_module ??= script.InvokeAsync<IJSObjectReference>("import", address).AsTask());
        if (!_gone) await act(module);
        else await module.DisposeAsync();
    });

    // A fault of the script is one only as long as somebody sees the part that has it: an element that has left cannot be found.
    private async Task Tolerate(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (IsGone(e) || (_gone && e is JSException))
        {
            // The page is gone, and its listeners with it; or the part is, and wants nothing more.
        }
    }

    private static bool IsGone(Exception e) => e is JSDisconnectedException or ObjectDisposedException or OperationCanceledException;

    private static async Task Release(IJSObjectReference held)
    {
        await held.InvokeVoidAsync("dispose");
        await held.DisposeAsync();
    }
}

/// <summary>Something that a script holds for a part of a page, until the part goes.</summary>
public sealed class PageScriptHandle
{
    private readonly PageScript _script;
    private readonly IJSObjectReference _held;

    internal PageScriptHandle(PageScript script, IJSObjectReference held) => (_script, _held) = (script, held);

    /// <summary>Calls a function of it.</summary>
    public Task Call(string function, params object?[] arguments) => _script.Ask<object>(_held, function, arguments);

    /// <summary>Calls a function of it for its answer; the default where the part is gone.</summary>
    public Task<T?> Ask<T>(string function, params object?[] arguments) => _script.Ask<T>(_held, function, arguments);
}
