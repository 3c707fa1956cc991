using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace RIL.Web.Runs.Completions;

/// <summary>Draws a question with its answers; drawn again only when it is another one.</summary>
public sealed partial class CompletionGroupView
{
    private CompletionGroup? _drawn;

    /// <summary>The question.</summary>
    [Parameter, EditorRequired]
    public CompletionGroup Group { get; set; } = default!;

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public string RunId { get; set; } = "";

    /// <summary>The step.</summary>
    [Parameter, EditorRequired]
    public long Step { get; set; }

    /// <summary>The run's teachers in their order, which gives them their colours.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<string> Teachers { get; set; } = [];

    /// <inheritdoc/>
    protected override bool ShouldRender()
    {
        bool other = !ReferenceEquals(_drawn, Group);
        _drawn = Group;
        return other;
    }

    private static string Width(double share) => (100 * Math.Clamp(share, 0, 1)).ToString("0.#", CultureInfo.InvariantCulture) + "%";
}
