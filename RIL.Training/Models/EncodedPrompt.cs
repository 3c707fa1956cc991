using RIL.Training.Images;

namespace RIL.Training.Models;

/// <summary>
/// A tokenised prompt without padding: image markers already repeated once per merged patch, images in the order of their markers.
/// </summary>
public sealed record EncodedPrompt(int[] TokenIds, IReadOnlyList<ImagePatches> Images);

/// <summary>A prompt and the completions that share it; each completion is its token ids, end token included where it has one.</summary>
public sealed record PromptWithCompletions(EncodedPrompt Prompt, IReadOnlyList<int[]> Completions);
