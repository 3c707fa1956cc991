namespace RIL.Training.Models;

/// <summary>
/// Prompts and their completions laid out for one forward pass. Packed rows: all prompt tokens in order, then all completion tokens in
/// order. A completion's token t is predicted from the row before it; its first token from its prompt's last row.
/// </summary>
public sealed class PackedBatch
{
    /// <summary>Lays out the groups in their order.</summary>
    public PackedBatch(IReadOnlyList<PromptWithCompletions> groups)
    {
        Groups = groups;
        PromptTokens = groups.Sum(g => g.Prompt.TokenIds.Length);
        int completionTokens = groups.Sum(g => g.Completions.Sum(c => c.Length));
        PredictingRows = new long[completionTokens];
        TargetIds = new long[completionTokens];
        LastRows = new long[groups.Sum(g => g.Completions.Count)];
        int promptEnd = 0, next = 0, completion = 0;
        foreach (PromptWithCompletions group in groups)
        {
            promptEnd += group.Prompt.TokenIds.Length;
            foreach (int[] ids in group.Completions)
            {
                for (int t = 0; t < ids.Length; t++, next++)
                {
                    PredictingRows[next] = t == 0 ? promptEnd - 1 : PromptTokens + next - 1;
                    TargetIds[next] = ids[t];
                }
                LastRows[completion++] = ids.Length == 0 ? promptEnd - 1 : PromptTokens + next - 1;
            }
        }
    }

    /// <summary>The prompts and completions, in packed order.</summary>
    public IReadOnlyList<PromptWithCompletions> Groups { get; }

    /// <summary>Number of prompt tokens; the first completion token has this row.</summary>
    public int PromptTokens { get; }

    /// <summary>Tokens of each prompt.</summary>
    public IReadOnlyList<int> PromptLengths => [.. Groups.Select(g => g.Prompt.TokenIds.Length)];

    /// <summary>Tokens of each prompt's completions.</summary>
    public IReadOnlyList<IReadOnlyList<int>> CompletionLengths =>
        [.. Groups.Select(g => (IReadOnlyList<int>)[.. g.Completions.Select(c => c.Length)])];

    /// <summary>For every completion token, the packed row whose hidden state predicts it.</summary>
    public long[] PredictingRows { get; }

    /// <summary>For every completion token, its id.</summary>
    public long[] TargetIds { get; }

    /// <summary>For every completion, the packed row of its last token.</summary>
    public long[] LastRows { get; }
}
