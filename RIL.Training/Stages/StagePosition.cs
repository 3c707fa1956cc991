using System.Text.Json;
using System.Text.Json.Nodes;
using RIL.Training.Runs;

namespace RIL.Training.Stages;

/// <summary>Where in its stages a run stands, as trainer_state.json has it.</summary>
/// <param name="Checkpoint">The checkpoint that remembers it.</param>
/// <param name="Stage">The stage.</param>
/// <param name="Step">Steps of it that were done.</param>
/// <param name="Evaluated">Whether the evaluation after the last of them, where one was due, was done too.</param>
/// <param name="Left">Whether the stage is over.</param>
internal sealed record StagePosition(Checkpoint Checkpoint, string Stage, int Step, bool Evaluated, bool? Left)
{
    private const string StageKey = "stage", StepKey = "stage_step", EvaluatedKey = "stage_evaluated", LeftKey = "stage_left",
        MemoryKey = "stage_memory", EvaluationsKey = "evaluations", TokensKey = "num_tokens";

    /// <summary>What the stage itself remembers.</summary>
    public JsonObject? Memory => Checkpoint.State[MemoryKey] as JsonObject;

    /// <summary>The run's steps before the stage.</summary>
    public long Before => Checkpoint.Step - Step;

    /// <summary>Reads a position, and what was counted and evaluated so far into <paramref name="state"/>.</summary>
    public static StagePosition Read(Checkpoint checkpoint, RunModels state)
    {
        try
        {
            JsonObject stored = checkpoint.State;
            state.Evaluations.AddRange(stored[EvaluationsKey].Deserialize<List<ModelAccuracy>>(FiniteNumbers.Plain)!);
            state.Tokens = stored[TokensKey]!.GetValue<long>();
            return new StagePosition(checkpoint, stored[StageKey]!.GetValue<string>(), stored[StepKey]!.GetValue<int>(),
                stored[EvaluatedKey]?.GetValue<bool>() ?? true, stored[LeftKey]?.GetValue<bool>());
        }
        catch (Exception e) when (e is JsonException or NullReferenceException or ArgumentNullException or InvalidOperationException
            or FormatException)
        {
            throw new InputException($"{checkpoint.Folder}: trainer_state.json cannot be read ({e.Message}); it is of another version of "
                + $"the program. Go on with the version that wrote it, or start a new run with this folder as student.", e);
        }
    }

    /// <summary>The position as a checkpoint keeps it, beside what the run session adds.</summary>
    public static JsonObject Write(RunStage stage, int step, bool evaluated, bool left, RunModels state)
    {
        var stored = new JsonObject { [StepKey] = step, [EvaluatedKey] = evaluated, [LeftKey] = left,
            [EvaluationsKey] = JsonSerializer.SerializeToNode(state.Evaluations, FiniteNumbers.Plain), [TokensKey] = state.Tokens,
            [InputChecks.Key] = JsonSerializer.SerializeToNode(state.ReadNow) };
        if (stage.Memory is { } memory) stored[MemoryKey] = memory;
        return stored;
    }
}
