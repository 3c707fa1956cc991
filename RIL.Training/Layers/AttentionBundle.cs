using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>
/// Prompts that are equally long, or short ones of several lengths, and their completions, attended in one go: each padded on the right to
/// the longest. Its tensors belong to the dispose scope in which it was made. Letters: P prompts of at most L tokens, R completions of at
/// most T.
/// </summary>
internal sealed class AttentionBundle
{
    private readonly PaddedSegments _prompts, _rows;
    private readonly int _uniformRows; // completions of every prompt where all have the same number, else 0
    private readonly Tensor? _promptMask, _rowMask, _promptOfRow;

    /// <param name="prompts">Start and length of each prompt in the packed sequence.</param>
    /// <param name="rows">Start and length of each prompt's completions there, none of them empty.</param>
    /// <param name="heads">Query heads H.</param>
    /// <param name="masks">The pass's causal masks.</param>
    /// <param name="device">Where the sequence lives.</param>
    public AttentionBundle(IReadOnlyList<(int Start, int Length)> prompts, IReadOnlyList<(int Start, int Length)[]> rows, int heads,
        CausalMasks masks, Device device)
    {
        int longest = prompts.Max(p => p.Length), count = rows.Sum(r => r.Length);
        bool ragged = prompts.Any(p => p.Length != longest);
        _prompts = new PaddedSegments(prompts, longest, device);
        _rows = new PaddedSegments([.. rows.SelectMany(r => r)], count == 0 ? 0 : rows.Max(r => r.Select(c => c.Length).DefaultIfEmpty()
            .Max()), device);
        if (AttentionProduct.Serves(prompts.Count, longest, heads, longest)) _promptMask = masks.Square(longest);
        if (count == 0) return;
        _uniformRows = rows.All(r => r.Length == rows[0].Length) ? rows[0].Length : 0;
        int[] promptOfRow = [.. rows.SelectMany((r, i) => r.Select(_ => i))];
        if (_uniformRows == 0) _promptOfRow = tensor(promptOfRow.Select(p => (long)p).ToArray(), device: device);
        _rowMask = masks.AfterPrompt(_rows.Longest, longest);
        if (ragged) _rowMask = masks.WithoutPadding(_rowMask, [.. promptOfRow.Select(p => (long)prompts[p].Length)], longest);
    }

    /// <summary>Rows of its rectangle: prompts first, then completions.</summary>
    public (int Prompts, int PromptLength, int Rows, int RowLength) Size =>
        (_prompts.Count, _prompts.Longest, _rows.Count, _rows.Longest);

    /// <summary>Its tensors, for who keeps them beyond their dispose scope.</summary>
    public IEnumerable<Tensor?> Owned => [_prompts.Owned, _rows.Owned, _promptOfRow, _promptMask, _rowMask];

    /// <summary>
    /// Results of prompts [P·L, H·E] and completions [R·T, H·E] (null where there are none) and the prompts' keys and values [P, L, K, E].
    /// </summary>
    public (Tensor Prompts, Tensor? Rows, Tensor Key_PLKE, Tensor Value_PLKE) Attend(Tensor query_NHE, Tensor key_NKE, Tensor value_NKE)
    {
        Tensor key = _prompts.Gather(key_NKE), value = _prompts.Gather(value_NKE), query = _prompts.Gather(query_NHE);
        Tensor prompts = _promptMask is null ? BlockedAttention.Of(query, key, value, null)
            : AttentionProduct.Of(query, key, value, _promptMask);
        if (_rows.Count == 0) return (Flat(prompts), null, key, value);
        Tensor rowQuery = _rows.Gather(query_NHE);
        Tensor rowKey = WithPrompt(key, _rows.Gather(key_NKE)), rowValue = WithPrompt(value, _rows.Gather(value_NKE));
        bool written = AttentionProduct.Serves(rowQuery.size(0), rowQuery.size(1), rowQuery.size(2), rowKey.size(1));
        Tensor rows = written ? AttentionProduct.Of(rowQuery, rowKey, rowValue, _rowMask!)
            : BlockedAttention.Of(rowQuery, rowKey, rowValue, _rowMask);
        return (Flat(prompts), Flat(rows), key, value);
    }

    private static Tensor Flat(Tensor padded_BLHE) => padded_BLHE.reshape(padded_BLHE.size(0) * padded_BLHE.size(1),
        padded_BLHE.size(2) * padded_BLHE.size(3));

    private Tensor WithPrompt(Tensor prompt_PLKE, Tensor rows_RTKE)
    {
        if (_promptOfRow is not null) return cat([prompt_PLKE.index_select(0, _promptOfRow), rows_RTKE], 1);
        (long heads, long size) = (rows_RTKE.size(2), rows_RTKE.size(3));
        Tensor shared = prompt_PLKE.unsqueeze(1).expand(_prompts.Count, _uniformRows, _prompts.Longest, heads, size);
        return cat([shared, rows_RTKE.view(_prompts.Count, _uniformRows, _rows.Longest, heads, size)], 2).view(_rows.Count,
            _prompts.Longest + _rows.Longest, heads, size);
    }
}
