using System.Text.Json;
using RIL.Training.Configuration;
using RIL.Web.Api;

namespace RIL.Web.Runs.Ingest;

/// <summary>A stage that a run has entered.</summary>
/// <param name="Name">sft, teachers, discriminator, ril (or the baseline's name) or evaluation.</param>
/// <param name="Total">Its steps, where known.</param>
/// <param name="Event">Number of the event that began it.</param>
/// <param name="Step">The run's step at which it began.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Results">What it came to: last values of loss, reward, eval/accuracy and discriminator/accuracy, as far as it has them.</param>
/// <param name="ResultSteps">The step of each of them.</param>
public sealed record RunStage(
    string Name, long? Total, long Event, long Step, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, IReadOnlyDictionary<string, double> Results, IReadOnlyDictionary<string, long>? ResultSteps = null)
{
    internal RunStage With(IEnumerable<KeyValuePair<string, (double Value, long Step)>> results) =>
        this with { Results = results.ToDictionary(r => r.Key, r => r.Value.Value), ResultSteps = results.ToDictionary(r => r.Key, r => r.Value.Step) };

    // Of which no step is known, it may be any.
    internal Dictionary<string, (double Value, long Step)> ResultsWithSteps() => Results.ToDictionary(r => r.Key, r => (r.Value, ResultSteps?.GetValueOrDefault(r.Key, long.MaxValue) ?? long.MaxValue));
}

/// <summary>The stages of a run as <see cref="Run.Stages"/> keeps them.</summary>
public static class StageHistory
{
    private static readonly JsonSerializerOptions Json = Options();

    /// <summary>The stages, in order.</summary>
    public static List<RunStage> Read(string? json) => json is null ? [] : JsonSerializer.Deserialize<List<RunStage>>(json, Json) ?? [];

    /// <summary>The run's step at which its reinforcement began; null where it has not.</summary>
    public static long? RilStart(Run run) => Read(run.Stages).LastOrDefault(s => PolicyNames.Contains(s.Name))?.Step;

    internal static string Write(IReadOnlyList<RunStage> stages) => JsonSerializer.Serialize(stages, Json);

    private static JsonSerializerOptions Options()
    {
        var json = new JsonSerializerOptions();
        ApiFeature.Configure(json);
        return json;
    }
}
