using RIL.Training.Torch;

namespace RIL.Training.Training;

/// <summary>What a user may say about where and how models are computed; null leaves it to <see cref="ComputePlan.Choose"/>.</summary>
/// <param name="Device">Where tensors live.</param>
/// <param name="TokensPerPass">Most tokens of a forward and backward pass.</param>
/// <param name="RowsDecoding">Completions that are continued together.</param>
/// <param name="Recomputes">Whether layers are computed again in the backward pass.</param>
/// <param name="CompletionsPerPass">The student's completions in a pass of the loop; null = as many as the tokens allow.</param>
public sealed record ComputeSettings(DeviceChoice Device = DeviceChoice.Auto, int? TokensPerPass = null, int? RowsDecoding = null,
    bool Recomputes = false, int? CompletionsPerPass = null);
