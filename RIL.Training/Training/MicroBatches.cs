using RIL.Training.Models;

namespace RIL.Training.Training;

/// <summary>
/// A share of a step that one lane runs at once; <paramref name="Outputs"/> numbers its completions within the whole step.
/// </summary>
public sealed record MicroBatch(PackedBatch Batch, IReadOnlyList<int> Outputs)
{
    /// <summary>Tokens of each completion, in row order.</summary>
    public IReadOnlyList<int> RowLengths { get; } = [.. Batch.CompletionLengths.SelectMany(c => c)];
}

/// <summary>
/// Splits the outputs of a step into micro-batches of similar size, whole groups together where they fit; the split depends on the lengths
/// and the plan only.
/// </summary>
public static class MicroBatches
{
    /// <summary>Outputs are numbered group by group; those for which <paramref name="takes"/> is false are left out.</summary>
    public static IReadOnlyList<MicroBatch> Of(IReadOnlyList<PromptWithCompletions> groups, ComputePlan plan,
        Func<int, bool>? takes = null)
    {
        int lanes = plan.Lanes, budget = plan.TokensPerPass;
        var pieces = Pieces(groups, takes, plan.MostTokensPerPass).ToList();
        int total = pieces.Sum(p => p.Tokens), count = Math.Max(1, (total + budget - 1) / budget);
        count = Math.Min(pieces.Count, (count + lanes - 1) / lanes * lanes);
        double target = (double)total / Math.Max(1, count);
        var batches = new List<MicroBatch>();
        var current = new List<Piece>();
        int done = 0;
        foreach (Piece piece in pieces)
        {
            current.Add(piece);
            done += piece.Tokens;
            if (batches.Count < count - 1 && done >= target * (batches.Count + 1)) Close();
        }
        Close();
        return batches;

        void Close()
        {
            if (current.Count > 0) batches.Add(new MicroBatch(new PackedBatch([.. current.Select(p => p.Group)]),
                [.. current.SelectMany(p => p.Outputs)]));
            current.Clear();
        }
    }

    private sealed record Piece(PromptWithCompletions Group, IReadOnlyList<int> Outputs, int Tokens);

    // Groups as wholes, or in parts that repeat the prompt where one alone exceeds what a pass may hold.
    private static IEnumerable<Piece> Pieces(IReadOnlyList<PromptWithCompletions> groups, Func<int, bool>? takes, int most)
    {
        int output = 0;
        foreach (PromptWithCompletions group in groups)
        {
            var rows = new List<(int Output, int[] Ids)>();
            int tokens = group.Prompt.TokenIds.Length;
            foreach (int[] ids in group.Completions)
            {
                if (takes is null || takes(output))
                {
                    if (rows.Count > 0 && tokens + ids.Length > most)
                    {
                        yield return Piece(group, rows, tokens);
                        rows = [];
                        tokens = group.Prompt.TokenIds.Length;
                    }
                    rows.Add((output, ids));
                    tokens += ids.Length;
                }
                output++;
            }
            if (rows.Count > 0) yield return Piece(group, rows, tokens);
        }

        static Piece Piece(PromptWithCompletions group, List<(int Output, int[] Ids)> rows, int tokens) =>
            new(group with { Completions = [.. rows.Select(r => r.Ids)] }, [.. rows.Select(r => r.Output)], tokens);
    }
}
