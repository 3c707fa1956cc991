using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>
/// Causal attention over packed prompts and completions: a prompt sees itself; a completion sees its prompt and itself. The prompt's keys
/// and values are computed once and copied to its completions only here. Equally long prompts go together, short ones of several lengths
/// too, so that masks stay small. Its tensors belong to the dispose scope in which it was made.
/// </summary>
internal sealed class SharedPromptAttention : IAttentionPattern
{
    // Scores a head of prompts of several lengths that are padded to go together, and of their completions.
    private const long MostPaddedScores = 1 << 19;

    private readonly List<(AttentionBundle Bundle, int[] Prompts)> _bundles = [];
    private readonly CausalMasks _masks;
    private readonly Tensor? _restore; // packed order from the bundles' padded results; null where it is theirs

    public SharedPromptAttention(IReadOnlyList<int> promptLengths, IReadOnlyList<IReadOnlyList<int>> completionLengths, int heads,
        Device device)
    {
        (int Start, int Length)[] prompts = Segments(promptLengths, 0);
        (int Start, int Length)[] rows = Segments([.. completionLengths.SelectMany(c => c)], promptLengths.Sum());
        int[] firstRow = [0, .. Accumulate(completionLengths.Select(c => c.Count))];
        (int Start, int Length)[][] rowsOf = [.. promptLengths.Select((_, p) => rows[firstRow[p]..firstRow[p + 1]]
            .Where(r => r.Length > 0).ToArray())];
        List<int[]> groups = Groups(promptLengths, completionLengths);
        _masks = new CausalMasks(promptLengths.Max(), rows.Select(r => r.Length).DefaultIfEmpty().Max(),
            groups.Select(g => (Count: g.Length, Longest: g.Max(p => promptLengths[p])))
                .Where(g => AttentionProduct.Serves(g.Count, g.Longest, heads, g.Longest)).Select(g => g.Longest).DefaultIfEmpty().Max(),
            device);
        foreach (int[] group in groups)
            _bundles.Add((new AttentionBundle([.. group.Select(p => prompts[p])], [.. group.Select(p => rowsOf[p])],
                heads, _masks, device),
                group));
        _restore = Restore(prompts, rowsOf, device);
    }

    /// <summary>
    /// Called for each layer and group of prompts (their numbers) with the keys and values [P, L, K, E], padded on the right, for a cache.
    /// </summary>
    public Action<int, IReadOnlyList<int>, Tensor, Tensor>? PromptKeysComputed { get; init; }

    /// <summary>Its tensors, for who keeps them beyond their dispose scope.</summary>
    public IEnumerable<Tensor?> Owned => _bundles.SelectMany(b => b.Bundle.Owned).Concat(_masks.Owned).Append(_restore);

    public Tensor Attend(int layer, Tensor query_NHE, Tensor key_NKE, Tensor value_NKE)
    {
        using var scope = NewDisposeScope();
        var prompts = new List<Tensor>();
        var rows = new List<Tensor>();
        foreach ((AttentionBundle bundle, int[] numbers) in _bundles)
        {
            var (promptResults, rowResults, key, value) = bundle.Attend(query_NHE, key_NKE, value_NKE);
            PromptKeysComputed?.Invoke(layer, numbers, key, value);
            prompts.Add(promptResults);
            if (rowResults is not null) rows.Add(rowResults);
        }
        Tensor all = prompts.Count + rows.Count == 1 ? prompts[0] : cat([.. prompts, .. rows], 0);
        return (_restore is null ? all : all.index_select(0, _restore)).MoveToOuterDisposeScope();
    }

    // Prompts that attend together, by number, in the order of their lengths.
    private static List<int[]> Groups(IReadOnlyList<int> promptLengths, IReadOnlyList<IReadOnlyList<int>> completionLengths)
    {
        var groups = new List<int[]>();
        var current = new List<int>();
        long rows = 0, longestRow = 0;
        int[] order = [.. Enumerable.Range(0, promptLengths.Count).OrderBy(p => promptLengths[p])];
        foreach (int p in order)
        {
            long length = promptLengths[p], moreRows = rows + completionLengths[p].Count;
            long longer = Math.Max(longestRow, completionLengths[p].DefaultIfEmpty().Max());
            long scores = (current.Count + 1) * length * length + moreRows * longer * (length + longer);
            if (current.Count > 0 && promptLengths[current[0]] != length && scores > MostPaddedScores)
            {
                groups.Add([.. current]);
                current.Clear();
                (moreRows, longer) = (completionLengths[p].Count, completionLengths[p].DefaultIfEmpty().Max());
            }
            current.Add(p);
            (rows, longestRow) = (moreRows, longer);
        }
        groups.Add([.. current]);
        // In packed order inside, which for one group spares putting the results in order.
        return [.. groups.Select(g => g.Order().ToArray())];
    }

    private Tensor? Restore((int Start, int Length)[] prompts, (int Start, int Length)[][] rowsOf, Device device)
    {
        var places = new long[prompts.Sum(p => p.Length) + rowsOf.Sum(r => r.Sum(c => c.Length))];
        long at = 0;
        foreach ((AttentionBundle bundle, int[] numbers) in _bundles)
            foreach (int p in numbers) Place(prompts[p], bundle.Size.PromptLength);
        foreach ((AttentionBundle bundle, int[] numbers) in _bundles)
            foreach ((int, int) row in numbers.SelectMany(p => rowsOf[p])) Place(row, bundle.Size.RowLength);
        return at == places.Length && places.Select((place, i) => place == i).All(same => same) ? null : tensor(places, device: device);

        void Place((int Start, int Length) segment, int padded)
        {
            for (int t = 0; t < segment.Length; t++) places[segment.Start + t] = at + t;
            at += padded;
        }
    }

    private static (int Start, int Length)[] Segments(IReadOnlyList<int> lengths, int start)
    {
        var segments = new (int, int)[lengths.Count];
        for (int i = 0; i < segments.Length; i++)
        {
            segments[i] = (start, lengths[i]);
            start += lengths[i];
        }
        return segments;
    }

    private static IEnumerable<int> Accumulate(IEnumerable<int> counts)
    {
        int sum = 0;
        foreach (int count in counts) yield return sum += count;
    }
}
