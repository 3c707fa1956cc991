using System.Globalization;
using Microsoft.AspNetCore.Components;
using RIL.Training.Runs;
using RIL.Web.Controls;

namespace RIL.Web.Runs.Pages;

/// <summary>The closing table, or how it stands while the run goes on.</summary>
public sealed partial class ClosingTableView
{
    private ClosingTable? _table;
    private string _foot = "";
    private string? _read;

    /// <inheritdoc/>
    protected override RunPageChange Shows => RunPageChange.Run | RunPageChange.Values;

    [Inject]
    private RunMetrics Metrics { get; set; } = default!;

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync() => _read == View.Run.Id ? Task.CompletedTask : Read();

    /// <inheritdoc/>
    protected override async Task OnChanged(RunPageChange change, IReadOnlySet<string> metrics)
    {
        if ((change & RunPageChange.Run) != 0 || metrics.Any(m => m.StartsWith("eval/accuracy", StringComparison.Ordinal))) await Read();
    }

    private async Task Read()
    {
        _read = View.Run.Id;
        if (RunDocuments.Summary(View.Run) is { Evaluations.Count: > 0 } summary)
        {
            _table = ClosingTable.Of(summary);
            ModelAccuracy closing = summary.Evaluations[^1];
            _foot = $"{Say.Count(closing.Questions)} held-out questions{Undecided(summary.Evaluations)}{string.Concat(summary.Evaluations.Where(e => e.MeanLength is not null).Select(e => $" · {e.Model}: {Say.Number(e.MeanLength)} tokens an answer"))}";
            return;
        }
        (IReadOnlyDictionary<string, double> first, IReadOnlyDictionary<string, double> last) = await Metrics.FirstAndLast(View.Run.Id, "eval/accuracy");
        _table = ClosingTable.OfMetrics(first, last);
        _foot = "By the newest evaluation; the closing table comes at the end.";
    }

    private static string Undecided(IReadOnlyList<ModelAccuracy> models) => models.Max(m => m.Undecided) is > 0 and var most
        ? $", {Say.Count(models.Max(m => m.Questions) - most)} judged, {Say.Count(most)} the judge could not decide" : "";

    private static string Width(double? share) => (100 * Math.Clamp(share ?? 0, 0, 1)).ToString("0.#", CultureInfo.InvariantCulture) + "%";

    private string Color(int column) => _table!.Columns[column].Word switch
    {
        "before" => "var(--text-3)",
        "SFT" => SeriesColors.Css(5),
        var word when !word.StartsWith("teacher ", StringComparison.Ordinal) => SeriesColors.Css(0),
        _ => SeriesColors.Css(1 + column - _table.Columns.Count(c => !c.Word.StartsWith("teacher ", StringComparison.Ordinal))),
    };
}
