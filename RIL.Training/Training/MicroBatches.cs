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
/// Splits the outputs of a step into micro-batches of similar size. None reaches over the border of a pass, each is filled up to the
/// plan's tokens, and a prompt stays with its completions where a pass may hold them together; the split depends on the lengths and the
/// plan only.
/// </summary>
public static class MicroBatches
{
    /// <summary>Outputs are numbered group by group; those for which <paramref name="takes"/> is false are left out.</summary>
    /// <param name="groups">The step's prompts and completions.</param>
    /// <param name="plan">Lanes and tokens.</param>
    /// <param name="takes">Which outputs are computed; null = all.</param>
    /// <param name="passes">The pass of each output; null = all are one.</param>
    public static IReadOnlyList<MicroBatch> Of(IReadOnlyList<PromptWithCompletions> groups, ComputePlan plan,
        Func<int, bool>? takes = null, Passes? passes = null)
    {
        List<Piece>[] byPass = [.. Pieces(groups, takes, passes, plan.MostTokensPerPass).GroupBy(p => p.Pass)
            .Select(pass => pass.ToList())];
        int[] counts = Counts(byPass, plan);
        return [.. byPass.SelectMany((pieces, pass) => Join(pieces, counts[pass]))];
    }

    private sealed record Piece(int Pass, PromptWithCompletions Group, IReadOnlyList<int> Outputs, int Tokens);

    // As many micro-batches as the tokens ask for, and then as many more as keep all lanes busy to the end.
    private static int[] Counts(List<Piece>[] passes, ComputePlan plan)
    {
        long[] tokens = [.. passes.Select(p => p.Sum(piece => (long)piece.Tokens))];
        int[] counts = [.. passes.Select((p, i) =>
            (int)Math.Min(p.Count, Math.Max(1, (tokens[i] + plan.TokensPerPass - 1) / plan.TokensPerPass)))];
        int wanted = (counts.Sum() + plan.Lanes - 1) / plan.Lanes * plan.Lanes;
        for (int count = counts.Sum(); count < wanted; count++)
        {
            int[] divisible = [.. Enumerable.Range(0, passes.Length).Where(i => counts[i] < passes[i].Count)];
            if (divisible.Length == 0) break;
            counts[divisible.MaxBy(i => (double)tokens[i] / counts[i])]++;
        }
        return counts;
    }

    private static IEnumerable<MicroBatch> Join(List<Piece> pieces, int count)
    {
        double target = (double)pieces.Sum(p => (long)p.Tokens) / count;
        var current = new List<Piece>();
        int closed = 0;
        long done = 0;
        for (int i = 0; i < pieces.Count; i++)
        {
            current.Add(pieces[i]);
            done += pieces[i].Tokens;
            if (i < pieces.Count - 1 && (closed == count - 1 || done < target * (closed + 1))) continue;
            yield return new MicroBatch(new PackedBatch([.. current.Select(p => p.Group)]), [.. current.SelectMany(p => p.Outputs)]);
            current.Clear();
            closed++;
        }
    }

    // Groups as wholes, or in parts that repeat the prompt where passes divide one or it alone exceeds what a pass may hold.
    private static IEnumerable<Piece> Pieces(IReadOnlyList<PromptWithCompletions> groups, Func<int, bool>? takes, Passes? passes,
        int most)
    {
        int output = 0;
        foreach (PromptWithCompletions group in groups)
        {
            int first = output;
            output += group.Completions.Count;
            var taken = Enumerable.Range(first, group.Completions.Count).Where(o => takes is null || takes(o));
            foreach (IGrouping<int, int> pass in taken.GroupBy(o => passes?.OfOutput[o] ?? 0).OrderBy(p => p.Key))
            {
                var rows = new List<int>();
                int tokens = group.Prompt.TokenIds.Length;
                foreach (int o in pass)
                {
                    int length = group.Completions[o - first].Length;
                    if (rows.Count > 0 && tokens + length > most)
                    {
                        yield return Piece(pass.Key, rows, tokens);
                        rows = [];
                        tokens = group.Prompt.TokenIds.Length;
                    }
                    rows.Add(o);
                    tokens += length;
                }
                yield return Piece(pass.Key, rows, tokens);
            }

            Piece Piece(int pass, List<int> rows, int tokens) =>
                new(pass, group with { Completions = [.. rows.Select(o => group.Completions[o - first])] }, rows, tokens);
        }
    }
}
