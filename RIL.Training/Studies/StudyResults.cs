using System.Globalization;
using System.Text;
using RIL.Training.Configuration;
using RIL.Training.Runs;

namespace RIL.Training.Studies;

/// <summary>What a run of a study came to.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Result">The trained student on the held-out questions.</param>
/// <param name="TrainSeconds">From the first stage to the evaluation; null where the run was interrupted.</param>
internal sealed record StudyRow(StudyArm Arm, int Seed, ModelAccuracy Result, double? TrainSeconds);

/// <summary>
/// The results of a study as CSV (one line a run) and as a Markdown table (one line an arm: mean ± standard deviation over seeds, per-type
/// means).
/// </summary>
internal static class StudyResults
{
    public static bool IsComplete(RunFolder run) => File.Exists(run.Events) && RunEvents.Read(run.Events)
        .LastOrDefault() is FinishedEvent { State: "completed" };

    public static StudyRow Read(StudyArm arm, int seed, RunFolder run)
    {
        List<RunEvent> events = [.. RunEvents.Read(run.Events)];
        IReadOnlyList<ModelAccuracy> models = ((FinishedEvent)events[^1]).Summary!.Evaluations;
        ModelAccuracy result = models.LastOrDefault(m => PolicyNames.Contains(m.Model)) ?? models.LastOrDefault(m => m.Model is "sft")
            ?? throw new InputException($"{run.Root}: the run has no evaluation; a study needs eval_dataset.");
        StageEvent? first = events.OfType<StageEvent>().FirstOrDefault(),
            last = events.OfType<StageEvent>().LastOrDefault(s => s.Stage == "evaluation");
        bool whole = first is not null && last is not null && !events.OfType<ResumedEvent>().Any();
        return new StudyRow(arm, seed, result, whole ? (last!.Time - first!.Time).TotalSeconds : null);
    }

    public static string Csv(IReadOnlyList<StudyRow> rows)
    {
        string[] types = Types(rows);
        var text = new StringBuilder("arm,seed,accuracy,").AppendJoin(',', types.Select(Quote)).Append(types.Length > 0 ? "," : "")
            .Append("mean_length,questions,judged,train_s\n");
        foreach (StudyRow row in rows)
        {
            string[] cells =
            [
                Quote(row.Arm.Name), row.Seed.ToString(CultureInfo.InvariantCulture), Number(row.Result.Accuracy, "0.####"),
                .. types.Select(t => row.Result.ByType.TryGetValue(t, out double share) ? Number(share, "0.####") : ""),
                Number(row.Result.MeanLength, "0.##"), row.Result.Questions.ToString(CultureInfo.InvariantCulture),
                row.Result.Judged?.ToString(CultureInfo.InvariantCulture) ?? "",
                Number(row.TrainSeconds, "0.#"),
            ];
            text.AppendJoin(',', cells).Append('\n');
        }
        return text.ToString();
    }

    public static string Markdown(IReadOnlyList<StudyRow> rows)
    {
        string[] types = Types(rows);
        var text = new StringBuilder("| arm | seeds | accuracy, % | ").AppendJoin(" | ", types).Append(types.Length > 0 ? " | " : "")
            .Append("answer length | train s |\n");
        text.Append("| --- |").Append(string.Concat(Enumerable.Repeat(" ---: |", types.Length + 4))).Append('\n');
        foreach (IGrouping<StudyArm, StudyRow> arm in rows.GroupBy(r => r.Arm))
        {
            string[] cells =
            [
                arm.Key.Title, arm.Count().ToString(CultureInfo.InvariantCulture),
                MeanAndSpread([.. arm.Select(r => 100 * r.Result.Accuracy).OfType<double>()]),
                .. types.Select(t => Mean(arm.Where(r => r.Result.ByType.ContainsKey(t)).Select(r => 100 * r.Result.ByType[t]), "0")),
                Mean(arm.Select(r => r.Result.MeanLength).OfType<double>(), "0.0"),
                Mean(arm.Select(r => r.TrainSeconds).OfType<double>(), "0"),
            ];
            text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        }
        return text.ToString();
    }

    private static string[] Types(IReadOnlyList<StudyRow> rows) =>
        [.. rows.SelectMany(r => r.Result.ByType.Keys).Distinct().Order(StringComparer.Ordinal)];

    private static string MeanAndSpread(double[] values)
    {
        if (values.Length == 0) return "";
        double mean = values.Average();
        if (values.Length < 2) return Number(mean, "0.0");
        double deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
        return $"{Number(mean, "0.0")} ± {Number(deviation, "0.0")}";
    }

    private static string Mean(IEnumerable<double> values, string format) => values.Any() ? Number(values.Average(), format) : "";

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";

    private static string Quote(string cell) => cell.AsSpan().IndexOfAny(",\"\n") < 0 ? cell
        : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
