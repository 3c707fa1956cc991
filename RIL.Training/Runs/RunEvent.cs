using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace RIL.Training.Runs;

/// <summary>
/// Something that happened in a run: one line of <c>events.jsonl</c>. What depends on the clock or the machine's load stands in
/// <see cref="Time"/> and in a member called timing; everything else is the same whenever the same configuration runs on the same machine.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(StageEvent), "stage")]
[JsonDerivedType(typeof(ProgressEvent), "progress")]
[JsonDerivedType(typeof(MetricsEvent), "metrics")]
[JsonDerivedType(typeof(HistogramEvent), "histogram")]
[JsonDerivedType(typeof(CompletionsEvent), "completions")]
[JsonDerivedType(typeof(CheckpointEvent), "checkpoint")]
[JsonDerivedType(typeof(LogEvent), "log")]
[JsonDerivedType(typeof(ResumedEvent), "resumed")]
[JsonDerivedType(typeof(FinishedEvent), "finished")]
[JsonDerivedType(typeof(FailedEvent), "failed")]
public abstract record RunEvent
{
    internal static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        AllowOutOfOrderMetadataProperties = true,
        Converters = { new FiniteNumbers() },
    };

    private static readonly HashSet<string> Kinds =
        [.. typeof(RunEvent).GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false).Select(a => (string)a.TypeDiscriminator!)];

    /// <summary>Number of the event in its run, from 1 without gaps.</summary>
    [JsonPropertyName("n"), JsonPropertyOrder(-2)]
    public long Number { get; init; }

    /// <summary>When it was written (UTC).</summary>
    [JsonPropertyOrder(-1)]
    public DateTimeOffset Time { get; init; }

    /// <summary>The event as its line, without a line end.</summary>
    public string ToLine() => JsonSerializer.Serialize(this, Json);

    /// <summary>The event of a line; kinds that only a later version knows are read as <see cref="UnknownEvent"/>.</summary>
    public static RunEvent FromLine(string line)
    {
        if (JsonNode.Parse(line) is not JsonObject members) throw new JsonException("The line holds no event.");
        if (members["kind"] is JsonValue kind && kind.TryGetValue(out string? name) && !Kinds.Contains(name))
            return new UnknownEvent(name)
                { Number = members["n"]!.GetValue<long>(), Time = members["time"].Deserialize<DateTimeOffset>() };
        return members.Deserialize<RunEvent>(Json)!;
    }
}

/// <summary>An event of a kind that this version does not know.</summary>
/// <param name="Kind">The kind.</param>
public sealed record UnknownEvent([property: JsonIgnore] string Kind) : RunEvent;

/// <summary>A stage begins.</summary>
/// <param name="Stage">sft, teachers, discriminator, ril (or the name of a baseline: grpo, dr_grpo, …) or evaluation.</param>
/// <param name="Total">Steps it will take, where known.</param>
public sealed record StageEvent(string Stage, long? Total = null) : RunEvent;

/// <summary>A step of a stage is done, or a part of the step that is going on.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Step">Steps done in this stage.</param>
/// <param name="Total">Steps of this stage.</param>
/// <param name="Timing"><c>elapsed_s</c> and <c>left_s</c> of the stage.</param>
/// <param name="Part">How far the step is that is going on; null where a step is done. How often it is told depends on what was there
/// already, so it is no part of what repeats.</param>
public sealed record ProgressEvent(string Stage, long Step, long Total, IReadOnlyDictionary<string, double>? Timing = null,
    StepPart? Part = null) : RunEvent;

/// <summary>How far a step is that is going on.</summary>
/// <param name="Done">Parts done.</param>
/// <param name="Of">Parts of the step.</param>
/// <param name="What">What is counted: questions.</param>
public sealed record StepPart(long Done, long Of, string What);

/// <summary>How often numbers of each size occur.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Step">The run's step, counted over all stages.</param>
/// <param name="Name">What was counted, for instance <c>gradients/language_model</c>.</param>
/// <param name="Edges">Edges of the bins, one more than bins, as log10 of the absolute value.</param>
/// <param name="Counts">Numbers in each bin; those beyond the outer edges count in the outer bins.</param>
/// <param name="Zeros">Numbers that are 0 and stand in no bin.</param>
public sealed record HistogramEvent(string Stage, long Step, string Name, IReadOnlyList<double> Edges, IReadOnlyList<long> Counts,
    long Zeros) : RunEvent;

/// <summary>Numbers measured at a step.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Step">The run's step, counted over all stages.</param>
/// <param name="Metrics">Values by TRL's names; a value that does not exist is absent.</param>
/// <param name="Timing">Those that depend on the clock or the machine: timing_s/, perf/, system/ and the like.</param>
public sealed record MetricsEvent(
    string Stage, long Step, IReadOnlyDictionary<string, double> Metrics, IReadOnlyDictionary<string, double>? Timing = null) : RunEvent;

/// <summary>Completions of a step were kept.</summary>
/// <param name="Step">The run's step.</param>
/// <param name="File">Parquet file, relative to the run folder.</param>
/// <param name="Rows">Completions in it.</param>
public sealed record CompletionsEvent(long Step, string File, int Rows) : RunEvent;

/// <summary>A checkpoint is complete on disk.</summary>
/// <param name="Step">The run's step.</param>
/// <param name="Folder">Its folder, relative to the run folder.</param>
public sealed record CheckpointEvent(long Step, string Folder) : RunEvent;

/// <summary>A sentence for people.</summary>
/// <param name="Level">info or warning.</param>
/// <param name="Text">The sentence; nothing in it depends on the clock.</param>
public sealed record LogEvent(string Level, string Text) : RunEvent;

/// <summary>
/// The run goes on from a checkpoint: events after <paramref name="From"/> that came before this one are void and happen again.
/// </summary>
/// <param name="From">Number of the last event that still counts.</param>
/// <param name="Step">The run's step at the checkpoint.</param>
/// <param name="Checkpoint">The checkpoint's folder, relative to the run folder; null where there was none yet and everything happens
/// again.</param>
/// <param name="Machine">How libtorch runs in this process; results are bit-identical only where it is the same as before.</param>
public sealed record ResumedEvent(long From, long Step, string? Checkpoint, string Machine) : RunEvent;

/// <summary>The run, or another job, has ended as it should.</summary>
/// <param name="State">completed, stopped (checkpoint written, asked to end) or paused (the same, to be resumed later).</param>
/// <param name="Summary">The closing table's numbers.</param>
/// <param name="Timing"><c>elapsed_s</c> of this process.</param>
/// <param name="Signal">What stopped it (SIGTERM, SIGINT, lease) where no request of a person did.</param>
public sealed record FinishedEvent(string State, RunSummary? Summary = null, IReadOnlyDictionary<string, double>? Timing = null,
    string? Signal = null) : RunEvent;

/// <summary>The run has ended because it could not go on.</summary>
/// <param name="Message">Why, in one sentence.</param>
/// <param name="LastCheckpoint">Folder of the last good checkpoint, where there is one.</param>
public sealed record FailedEvent(string Message, string? LastCheckpoint = null) : RunEvent;
