using System.Globalization;
using RIL.Training.Configuration;
using RIL.Training.Runs;
using Spectre.Console;

namespace RIL.Training.Commands;

/// <summary>The closing table: accuracy by question type, one column per model.</summary>
internal static class ResultTable
{
    /// <summary>The table of a run: before, after SFT, after RIL or its baseline, and the teachers.</summary>
    public static void Write(RunSummary summary, IAnsiConsole console) => Write(summary.Evaluations, console, Title);

    public static void Write(IReadOnlyList<ModelAccuracy> models, IAnsiConsole console, Func<ModelAccuracy, string> title)
    {
        if (models.Count == 0) return;
        var table = new Table { Border = console.Profile.Capabilities.Unicode ? TableBorder.Rounded : TableBorder.Ascii,
            Title = new TableTitle(Heading(models)) };
        table.AddColumn("question type");
        foreach (ModelAccuracy model in models) table.AddColumn(new TableColumn(Markup.Escape(title(model))).RightAligned());
        foreach (string type in models.SelectMany(m => m.ByType.Keys).Distinct().Order(StringComparer.Ordinal))
            table.AddRow([Markup.Escape(type), .. models.Select(m => m.ByType.TryGetValue(type, out double share) ? Percent(share) : "")]);
        table.AddEmptyRow();
        table.AddRow(["[bold]all[/]", .. models.Select(m => $"[bold]{Percent(m.Accuracy)}[/]")]);
        if (models.Any(m => m.Undecided > 0))
            table.AddRow(["judged", .. models.Select(m => FormattableString.Invariant($"{m.Questions - m.Undecided} of {m.Questions}"))]);
        if (models.Any(m => m.MeanLength is not null))
            table.AddRow(["answer length, tokens",
                .. models.Select(m => m.MeanLength?.ToString("0.0", CultureInfo.InvariantCulture) ?? "")]);
        console.Write(table);
    }

    private static string Title(ModelAccuracy model) => model.Model switch
    {
        "before" => "before",
        "sft" => "after SFT",
        var name => PolicyNames.Title(name) is { } title ? $"after {title}" : $"teacher {name}",
    };

    // Questions that nobody could judge are no part of the accuracy, so they are no part of its count.
    private static string Heading(IReadOnlyList<ModelAccuracy> models)
    {
        int asked = models.Max(m => m.Questions), judged = models.Min(m => m.Questions - m.Undecided);
        return judged == asked ? $"accuracy on {asked} held-out questions, %"
            : models.All(m => m.Undecided == asked - judged)
            ? $"accuracy on {judged} of {asked} held-out questions, %; the judge could not decide {asked - judged}"
            : $"accuracy on those of {asked} held-out questions that the judge could decide, %";
    }

    private static string Percent(double? share) => (100 * share)?.ToString("0.0", CultureInfo.InvariantCulture) ?? "";
}
