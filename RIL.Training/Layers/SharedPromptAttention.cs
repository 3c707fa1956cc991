using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>
/// How the tokens of one forward pass see each other; layers hand over packed queries, keys and values and get packed results.
/// </summary>
internal interface IAttentionPattern
{
    /// <summary>Attends: query [N, H, E], key and value [N, K, E] → [N, H·E].</summary>
    Tensor Attend(int layer, Tensor query_NHE, Tensor key_NKE, Tensor value_NKE);
}

/// <summary>
/// Causal attention over packed prompts and completions: a prompt sees itself; a completion sees its prompt and itself. The prompt's keys
/// and values are computed once and copied to its completions only here. Letters: P prompts of at most L tokens, R completions of at most
/// T.
/// </summary>
internal sealed class SharedPromptAttention : IAttentionPattern, IDisposable
{
    // Up to this many scores (16 MB) are written out; longer sequences go through the blocked kernel, which never holds them.
    private const long MostScores = 4 << 20;

    private readonly int _prompts, _promptLength, _promptTokens, _rows, _rowLength;
    private readonly int _uniformRows; // completions of every prompt where all have the same number, else 0
    private readonly Tensor _promptMask;
    private readonly Tensor? _promptPad, _promptUnpad, _rowPad, _rowUnpad, _rowMask, _promptOfRow;

    public SharedPromptAttention(IReadOnlyList<int> promptLengths, IReadOnlyList<IReadOnlyList<int>> completionLengths, Device device)
    {
        _prompts = promptLengths.Count;
        _promptLength = promptLengths.Max();
        _promptTokens = promptLengths.Sum();
        int[] rowLengths = [.. completionLengths.SelectMany(c => c)];
        _rows = rowLengths.Length;
        _rowLength = _rows == 0 ? 0 : rowLengths.Max();
        bool raggedPrompts = promptLengths.Any(l => l != _promptLength);
        if (raggedPrompts) (_promptPad, _promptUnpad) = Padding(promptLengths, _promptLength, left: true, device);
        _promptMask = PromptMask(raggedPrompts ? promptLengths : [_promptLength], device);
        if (_rows == 0) return;
        if (rowLengths.Any(l => l != _rowLength)) (_rowPad, _rowUnpad) = Padding(rowLengths, _rowLength, left: false, device);
        _uniformRows = completionLengths.All(c => c.Count == completionLengths[0].Count) ? completionLengths[0].Count : 0;
        long[] promptOfRow = [.. completionLengths.SelectMany((c, i) => c.Select(_ => (long)i))];
        if (_uniformRows == 0) _promptOfRow = Index(promptOfRow, device);
        _rowMask = RowMask(raggedPrompts ? [.. promptOfRow.Select(p => promptLengths[(int)p])] : [_promptLength], device);
    }

    /// <summary>Called with each layer's padded prompt keys and values [P, L, K, E] (left padding), for a cache.</summary>
    public Action<int, Tensor, Tensor>? PromptKeysComputed { get; init; }

    public Tensor Attend(int layer, Tensor query_NHE, Tensor key_NKE, Tensor value_NKE)
    {
        using var scope = NewDisposeScope();
        Tensor promptQuery = Prompts(query_NHE), promptKey_PLKE = Prompts(key_NKE), promptValue_PLKE = Prompts(value_NKE);
        PromptKeysComputed?.Invoke(layer, promptKey_PLKE, promptValue_PLKE);
        Tensor prompts = Attention(promptQuery, promptKey_PLKE, promptValue_PLKE, _promptMask);
        prompts = Flat(prompts, _promptUnpad);
        if (_rows == 0) return prompts.MoveToOuterDisposeScope();
        Tensor rowKey = WithPrompt(promptKey_PLKE, Rows(key_NKE)), rowValue = WithPrompt(promptValue_PLKE, Rows(value_NKE));
        Tensor rows = Flat(Attention(Rows(query_NHE), rowKey, rowValue, _rowMask!), _rowUnpad);
        return cat([prompts, rows], 0).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (Tensor? tensor in (Tensor?[])[_promptPad, _promptUnpad, _promptMask, _rowPad, _rowUnpad, _rowMask, _promptOfRow])
            tensor?.Dispose();
    }

    private static Tensor Attention(Tensor query_BLHE, Tensor key_BSKE, Tensor value_BSKE, Tensor mask)
    {
        if (query_BLHE.size(0) * query_BLHE.size(1) * query_BLHE.size(2) * key_BSKE.size(1) <= MostScores)
            return AttentionProduct.Of(query_BLHE, key_BSKE, value_BSKE, mask);
        return Aten.ScaledDotProductAttention(
            query_BLHE.transpose(1, 2), key_BSKE.transpose(1, 2), value_BSKE.transpose(1, 2), mask, false,
                query_BLHE.size(2) != key_BSKE.size(2)).transpose(1, 2);
    }

    private Tensor Prompts(Tensor packed_NHE)
    {
        Tensor prompts = packed_NHE.narrow(0, 0, _promptTokens);
        if (_promptPad is not null) prompts = prompts.index_select(0, _promptPad);
        return prompts.view(_prompts, _promptLength, packed_NHE.size(1), packed_NHE.size(2));
    }

    private Tensor Rows(Tensor packed_NHE)
    {
        Tensor rows = packed_NHE.narrow(0, _promptTokens, packed_NHE.size(0) - _promptTokens);
        if (_rowPad is not null) rows = rows.index_select(0, _rowPad);
        return rows.view(_rows, _rowLength, packed_NHE.size(1), packed_NHE.size(2));
    }

    private Tensor WithPrompt(Tensor prompt_PLKE, Tensor rows_RTKE)
    {
        if (_promptOfRow is not null) return cat([prompt_PLKE.index_select(0, _promptOfRow), rows_RTKE], 1);
        long heads = rows_RTKE.size(2), size = rows_RTKE.size(3);
        Tensor shared = prompt_PLKE.unsqueeze(1).expand(_prompts, _uniformRows, _promptLength, heads, size);
        return cat([shared, rows_RTKE.view(_prompts, _uniformRows, _rowLength, heads, size)], 2).view(_rows,
            _promptLength + _rowLength, heads, size);
    }

    private static Tensor Flat(Tensor padded_BLHE, Tensor? unpad)
    {
        Tensor flat = padded_BLHE.reshape(padded_BLHE.size(0) * padded_BLHE.size(1), padded_BLHE.size(2) * padded_BLHE.size(3));
        return unpad is null ? flat : flat.index_select(0, unpad);
    }

    // Padding repeats a real token: its result is never read, and its garbage is finite.
    private static (Tensor Pad, Tensor Unpad) Padding(IReadOnlyList<int> lengths, int longest, bool left, Device device)
    {
        var pad = new long[lengths.Count * longest];
        var unpad = new long[lengths.Sum()];
        int packed = 0;
        for (int row = 0; row < lengths.Count; row++)
        {
            int start = row * longest + (left ? longest - lengths[row] : 0);
            for (int t = 0; t < lengths[row]; t++, packed++)
            {
                pad[start + t] = packed;
                unpad[packed] = start + t;
            }
        }
        return (Index(pad, device), Index(unpad, device));
    }

    // [P or 1, 1, L, L]: causal, and the left padding is seen by nobody but itself (a row that sees nothing would be undefined).
    private Tensor PromptMask(IReadOnlyList<int> lengths, Device device)
    {
        var mask = new float[lengths.Count * _promptLength * _promptLength];
        for (int p = 0, i = 0; p < lengths.Count; p++)
        {
            int first = _promptLength - lengths[p];
            for (int q = 0; q < _promptLength; q++)
                for (int k = 0; k < _promptLength; k++, i++) mask[i] = k == q || (k <= q && k >= first) ? 0 : float.NegativeInfinity;
        }
        return Mask(mask, [lengths.Count, 1, _promptLength, _promptLength], device);
    }

    // [R or 1, 1, T, L + T]: the whole prompt, then the completion's own past.
    private Tensor RowMask(IReadOnlyList<int> promptLengths, Device device)
    {
        int keys = _promptLength + _rowLength;
        var mask = new float[promptLengths.Count * _rowLength * keys];
        for (int r = 0, i = 0; r < promptLengths.Count; r++)
        {
            int first = _promptLength - promptLengths[r];
            for (int q = 0; q < _rowLength; q++)
                for (int k = 0; k < keys; k++, i++) mask[i] = k >= first && k <= _promptLength + q ? 0 : float.NegativeInfinity;
        }
        return Mask(mask, [promptLengths.Count, 1, _rowLength, keys], device);
    }

    private static Tensor Mask(float[] values, long[] shape, Device device) => tensor(values, shape, device: device)
        .DetachFromDisposeScope();

    private static Tensor Index(long[] values, Device device) => tensor(values, device: device).DetachFromDisposeScope();
}
