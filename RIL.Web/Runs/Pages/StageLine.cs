using System.Globalization;
using RIL.Training.Configuration;
using RIL.Training.Runs;
using RIL.Web.Controls;
using RIL.Web.Runs.Ingest;
using RIL.Web.Runs.Live;

namespace RIL.Web.Runs.Pages;

/// <summary>How far a stage is.</summary>
public enum StageState
{
    /// <summary>Its turn has not come.</summary>
    Ahead,

    /// <summary>It is worked on, or would be if the run went on.</summary>
    Now,

    /// <summary>Done.</summary>
    Done,
}

/// <summary>A stage as the line at the top shows it.</summary>
/// <param name="Name">As people call it.</param>
/// <param name="State">How far it is.</param>
/// <param name="Share">Part done, 0 to 1, of the stage that is worked on.</param>
/// <param name="Result">What it came to, or how far it is, in a few letters.</param>
/// <param name="Explanation">The same as a sentence.</param>
public sealed record StageOnLine(string Name, StageState State, double? Share, string? Result, string Explanation);

/// <summary>The stages of a run in their order, from its configuration, with what each came to.</summary>
public static class StageLine
{
    /// <summary>The line.</summary>
    /// <param name="config">The run's settings.</param>
    /// <param name="now">Where it is.</param>
    /// <param name="history">Stages entered so far, with what each came to.</param>
    /// <param name="answers">Kept answers of the teachers, where known.</param>
    /// <param name="evaluations">The closing table, once it is there.</param>
    public static IReadOnlyList<StageOnLine> Of(RunConfig config, RunProgress now, IReadOnlyList<RunStage> history, long? answers, IReadOnlyList<ModelAccuracy> evaluations)
    {
        string[] names = [.. Plan(config)];
        // Archived and deleted runs may have finished; the closing table says so.
        int at = now.State == RunState.Finished || evaluations.Any(e => PolicyNames.Contains(e.Model) || (e.Model == "sft" && !config.TrainsPolicy)) ? names.Length : Math.Max(-1, Array.FindIndex(names, n => Same(n, now.Stage)));
        return [.. names.Select((name, i) =>
        {
            StageState state = i < at ? StageState.Done : i == at ? StageState.Now : StageState.Ahead;
            double? share = state == StageState.Now && now.StageTotal is > 0 and { } total ? Math.Clamp(now.StageStep / (double)total, 0, 1) : null;
            string word = StageWords.Of(name);
            RunStage? entered = history.LastOrDefault(h => Same(name, h.Name));
            IReadOnlyDictionary<string, double> results = entered?.Results ?? new Dictionary<string, double>();
            string took = entered?.EndedAt is { } end ? $" in {Say.Duration(end - entered.StartedAt)}" : "";
            string? result = state switch
            {
                StageState.Done => Result(name, results, answers, evaluations),
                StageState.Now => share is null ? null : Say.Percent(share),
                _ => null,
            };
            return new StageOnLine(word, state, share, result, state switch
            {
                StageState.Done => $"{word}: done{took}. {Meaning(name)}",
                StageState.Now => $"{word}: step {Say.Count(now.StageStep)}{(now.StageTotal is { } of ? $" of {Say.Count(of)}" : "")}. {Meaning(name)}",
                _ => $"{word}: not yet. {Meaning(name)}",
            });
        })];
    }

    /// <summary>Stages by the trainer's names, in its order.</summary>
    public static IEnumerable<string> Plan(RunConfig config)
    {
        bool teachersFirst = config.SftSource != SftSource.GroundTruth;
        if (config.UsesTeachers && teachersFirst) yield return "teachers";
        if (config.FineTunes) yield return "sft";
        if (config.UsesTeachers && !teachersFirst) yield return "teachers";
        if (config.UsesDiscriminator) yield return "discriminator";
        if (config.TrainsPolicy) yield return config.PolicyName;
        yield return "evaluation";
    }

    // Older trainers called every reinforcement RIL.
    private static bool Same(string stage, string? other) => stage == other || (PolicyNames.Contains(stage) && PolicyNames.Contains(other));

    private static string? Result(string stage, IReadOnlyDictionary<string, double> results, long? answers, IReadOnlyList<ModelAccuracy> evaluations) => stage switch
    {
        "sft" => Accuracy(evaluations, "sft") ?? Percent(results, "eval/accuracy"),
        "teachers" => answers is > 0 ? $"{Say.Count(answers.Value)} answers" : null,
        "discriminator" => results.TryGetValue("discriminator/accuracy", out double a) && double.IsFinite(a) ? a.ToString("0.00", CultureInfo.InvariantCulture) : null,
        _ when PolicyNames.Contains(stage) => results.TryGetValue("reward", out double r) && double.IsFinite(r) ? "reward " + r.ToString("0.00", CultureInfo.InvariantCulture) : null,
        "evaluation" => Accuracy(evaluations, null),
        _ => null,
    };

    private static string? Percent(IReadOnlyDictionary<string, double> results, string metric) =>
        results.TryGetValue(metric, out double share) && double.IsFinite(share) ? (100 * share).ToString("0.0", CultureInfo.InvariantCulture) : null;

    private static string? Accuracy(IReadOnlyList<ModelAccuracy> evaluations, string? model) =>
        (model is null ? evaluations.LastOrDefault(e => e.Model == "sft" || PolicyNames.Contains(e.Model)) : evaluations.FirstOrDefault(e => e.Model == model)) is { } found
            ? (100 * found.Accuracy)?.ToString("0.0", CultureInfo.InvariantCulture) : null;

    private static string Meaning(string stage) => stage switch
    {
        "sft" => "Supervised fine-tuning; the number is its accuracy in percent on the held-out questions.",
        "teachers" => "The teachers' kept answers are read.",
        "discriminator" => "It learns to tell the student's answers from the teachers'; the number is its accuracy at the end.",
        _ when PolicyNames.Contains(stage) => "The student samples, is rewarded, and is updated; the number is its last mean reward.",
        "evaluation" => "The closing table; the number is the student's accuracy in percent on the held-out questions.",
        _ => "",
    };
}
