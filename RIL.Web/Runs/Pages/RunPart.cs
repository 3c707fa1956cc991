using Microsoft.AspNetCore.Components;

namespace RIL.Web.Runs.Pages;

/// <summary>A part of the run's page: drawn again when something changed that it shows, and only then.</summary>
public abstract class RunPart : ComponentBase, IDisposable
{
    private RunView? _heard;

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public RunView View { get; set; } = default!;

    /// <summary>Changes on which the part is drawn again.</summary>
    protected abstract RunPageChange Shows { get; }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        if (_heard is not null) _heard.Changed -= Hear;
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (ReferenceEquals(_heard, View)) return;
        if (_heard is not null) _heard.Changed -= Hear;
        _heard = View;
        View.Changed += Hear;
    }

    /// <summary>What to do before drawing again.</summary>
    protected virtual Task OnChanged(RunPageChange change) => Task.CompletedTask;

    /// <summary>The same, for parts that ask which metrics have new values.</summary>
    protected virtual Task OnChanged(RunPageChange change, IReadOnlySet<string> metrics) => OnChanged(change);

    private void Hear(RunPageChange change, IReadOnlySet<string> metrics)
    {
        if ((change & Shows) != 0) _ = InvokeAsync(() => Draw(change, metrics));
    }

    private async Task Draw(RunPageChange change, IReadOnlySet<string> metrics)
    {
        try
        {
            await OnChanged(change, metrics);
            StateHasChanged();
        }
        catch (ObjectDisposedException)
        {
            // The reader has left while something was read for them.
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }
}
