namespace RIL.Training.Models;

/// <summary>
/// Where a prompt's tokens stand: <paramref name="Values"/> [tokens · axes], token by token, and the position on every axis of the first
/// token after it, from which completions count on.
/// </summary>
internal sealed record PromptPositions(long[] Values, int Next);
