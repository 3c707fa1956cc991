using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using RIL.Web.Data;

namespace RIL.Web.Shell;

/// <summary>Catches a page's fault; the reference that the reader sees is the one under which the log has the details.</summary>
public sealed class PageFault : ErrorBoundary
{
    /// <summary>Reference of the newest fault.</summary>
    public string Reference { get; private set; } = "";

    [Inject]
    private ILogger<PageFault> Log { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    /// <inheritdoc/>
    protected override Task OnErrorAsync(Exception exception)
    {
        Reference = Identifier.Create();
        Log.LogError(exception, "The page {Address} could not be shown (reference {Reference}).", Navigation.ToBaseRelativePath(Navigation.Uri), Reference);
        return Task.CompletedTask;
    }
}
