using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace RIL.Web.Controls;

/// <summary>How an upload ended: an HTTP status with its body; 0 = the connection broke, -1 = cancelled.</summary>
public sealed record UploadEnd(int Status, string Body);

/// <summary>A file field with progress.</summary>
public partial class UploadBox
{
    private ElementReference _input;
    private PageScript? _script;
    private PageScriptHandle? _handle;
    private DotNetObjectReference<UploadBox>? _self;

    [Inject] private IJSRuntime Js { get; set; } = default!;

    /// <summary>What to choose.</summary>
    [Parameter, EditorRequired] public string Label { get; set; } = "";

    /// <summary>More about it.</summary>
    [Parameter] public string? Hint { get; set; }

    /// <summary>Endings of files that the browser offers.</summary>
    [Parameter] public string? Accept { get; set; }

    /// <summary>What the server does once all bytes are there.</summary>
    [Parameter] public string Checking { get; set; } = "Checking …";

    /// <summary>A file was chosen, or none any more.</summary>
    [Parameter] public EventCallback<string?> OnChosen { get; set; }

    /// <summary>The server answered.</summary>
    [Parameter] public EventCallback<UploadEnd> OnEnded { get; set; }

    /// <summary>The chosen file's name.</summary>
    public string? Name { get; private set; }

    /// <summary>Its bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether it is on its way.</summary>
    public bool Busy { get; private set; }

    private long Sent { get; set; }

    private double Share => Bytes > 0 ? Math.Clamp((double)Sent / Bytes, 0, 1) : 0;

    /// <summary>Sends the file to an address of this site.</summary>
    public async Task Start(string address)
    {
        if (_handle is null || Name is null || Busy) return;
        (Busy, Sent) = (true, 0);
        Busy = await _handle.Ask<bool>("start", address);
        StateHasChanged();
    }

    /// <summary>Forgets the file.</summary>
    public async Task Clear()
    {
        if (_handle is not null) await _handle.Call("clear");
    }

    /// <summary>Called by the browser.</summary>
    [JSInvokable]
    public async Task Chosen(string? name, long size)
    {
        (Name, Bytes) = (name, size);
        await OnChosen.InvokeAsync(name);
        StateHasChanged();
    }

    /// <summary>Called by the browser.</summary>
    [JSInvokable]
    public void Progress(long sent, long total)
    {
        (Sent, Bytes) = (sent, total);
        StateHasChanged();
    }

    /// <summary>Called by the browser.</summary>
    [JSInvokable]
    public async Task Ended(int status, string body)
    {
        Busy = false;
        await OnEnded.InvokeAsync(new UploadEnd(status, body));
        StateHasChanged();
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        _self = DotNetObjectReference.Create(this);
        _script = new PageScript(Js, "/js/upload.js");
        _handle = await _script.Hold("attach", _input, _self);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_script is not null) await _script.DisposeAsync();
        _self?.Dispose();
    }

    private async Task Cancel()
    {
        if (_handle is not null) await _handle.Call("cancel");
    }
}
