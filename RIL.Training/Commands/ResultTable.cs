using System.Globalization;
using RIL.Training.Runs;
using Spectre.Console;

namespace RIL.Training.Commands;

/// <summary>The closing table: accuracy by question type, one column per model.</summary>
internal static class ResultTable
{
    private static readonly Dictionary<string, string> Titles = new(StringComparer.Ordinal) { ["before"] = "before", ["sft"] = "after SFT", ["ril"] = "after RIL" };

    public static void Write(RunSummary summary, IAnsiConsole console)
    {
        if (summary.Evaluations.Count == 0) return;
        var table = new Table { Border = console.Profile.Capabilities.Unicode ? TableBorder.Rounded : TableBorder.Ascii, Title = new TableTitle($"accuracy on {summary.Evaluations[0].Questions} held-out questions, %") };
        table.AddColumn("question type");
        foreach (ModelAccuracy model in summary.Evaluations) table.AddColumn(new TableColumn(Markup.Escape(Title(model))).RightAligned());
        foreach (string type in summary.Evaluations.SelectMany(m => m.ByType.Keys).Distinct().Order(StringComparer.Ordinal))
            table.AddRow([Markup.Escape(type), .. summary.Evaluations.Select(m => m.ByType.TryGetValue(type, out double share) ? Percent(share) : "")]);
        table.AddEmptyRow();
        table.AddRow(["[bold]all[/]", .. summary.Evaluations.Select(m => $"[bold]{Percent(m.Accuracy)}[/]")]);
        if (summary.Evaluations.Any(m => m.MeanLength is not null))
            table.AddRow(["answer length, tokens", .. summary.Evaluations.Select(m => m.MeanLength?.ToString("0.0", CultureInfo.InvariantCulture) ?? "")]);
        console.Write(table);
    }

    private static string Title(ModelAccuracy model) => Titles.TryGetValue(model.Model, out string? title) ? title : $"teacher {model.Model}";

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
}
