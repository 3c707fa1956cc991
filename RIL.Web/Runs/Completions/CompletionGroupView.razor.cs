using System.Globalization;
using Microsoft.AspNetCore.Components;
using RIL.Web.Controls;

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

    private string Who(CompletionOutput output, int index) => output.IsStudent ? $"student {index + 1}" : $"teacher {output.Source}";

    private string Color(CompletionOutput output) => SeriesColors.Css(output.IsStudent ? 0 : 1 + Math.Max(0, Teachers.ToList().IndexOf(output.Source)));

    private static string Fixed(double? value) => value is { } v ? v.ToString("0.00", CultureInfo.InvariantCulture).Replace('-', '−') : "–";

    private static string Signed(double? value) => value is { } v ? (v > 0 ? "+" : "") + Fixed(v) : "–";

    private static string Sign(double? value) => value switch { > 0 => "ok", < 0 => "bad", _ => "muted" };

    private static string Verdict(double value) => value is 0 or 1 ? value.ToString("0", CultureInfo.InvariantCulture) : Fixed(value);

    private static string Width(double share) => (100 * Math.Clamp(share, 0, 1)).ToString("0.#", CultureInfo.InvariantCulture) + "%";

    private static string Rewards(CompletionOutput output) => string.Join(", ", output.Rewards.Select(r => $"{r.Key} {Say.Number(r.Value)}"));
}
