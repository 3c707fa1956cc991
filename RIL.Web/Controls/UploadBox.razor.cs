using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace RIL.Web.Controls;

/// <summary>How an upload ended.</summary>
/// <param name="Status">The HTTP status; 0 = the connection broke, -1 = cancelled.</param>
/// <param name="Id">What was made of the file.</param>
/// <param name="Detail">Why it was refused.</param>
/// <param name="Upload">The refused upload; what is wrong with its rows lies on the server.</param>
/// <param name="Good">Rows of it that can be used.</param>
public sealed record UploadEnd(int Status, string? Id = null, string? Detail = null, string? Upload = null, int Good = 0)
{
    /// <summary>What was made of the file; null where it was refused or never came.</summary>
    public string? Made => Status == 201 ? Id : null;

    /// <summary>Why nothing was made of it; null where something was, or where nobody waits for it any more.</summary>
    public string? Refusal => this switch
    {
        { Made: not null } or { Status: -1 } => null,
        { Status: 0 } => "The connection broke before the upload was complete; nothing was stored. Try again.",
        { Detail.Length: > 0 } => Detail,
        { Status: 413 } => "The file is larger than a proxy before this site allows; ask an administrator.",
        _ => $"The upload was refused (HTTP {Status}); nothing was stored.",
    };
}

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

    /// <summary>Called by the browser, again where it does not know whether it was heard.</summary>
    [JSInvokable]
    public async Task Ended(UploadEnd end)
    {
        if (!Busy) return;
        Busy = false;
        await OnEnded.InvokeAsync(end);
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
