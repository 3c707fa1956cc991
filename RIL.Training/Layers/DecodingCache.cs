using RIL.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>
/// Keys and values of rows that decode together, several behind each prompt. A prompt's stand here once for all its rows, [P, K, L, E] a
/// layer, padded on the right; a row's own, [P·K·G, S, E], get slots as they need them. As an attention pattern it serves steps of one
/// token a row: two products, one softmax over both. Letters: P prompts, L their longest, G rows a prompt at most, S slots.
/// </summary>
internal sealed class DecodingCache : IAttentionPattern, IDisposable
{
    private const int FirstSlots = 64;

    private readonly Tensor[] _promptKeys, _promptValues, _ownKeys, _ownValues;
    private readonly int _keyValueHeads, _headSize, _mostSlots;
    private readonly Scalar _scale;
    private Tensor? _mask; // [P, 1, L]: 0 or −∞ where padding stands; null where no prompt has any
    private Tensor? _slotOfRow, _rowOfSlot; // where prompts have different numbers of rows; the slots left over repeat a row
    private int[] _promptOfRow;
    private long[] _slots; // of each row: prompt · G + place
    private long _prompts, _rowsPerPrompt; // P, G

    public DecodingCache(int layers, IReadOnlyList<int> promptLengths, int rowsPerPrompt, int newTokens, int keyValueHeads,
        int headSize, Device device)
    {
        using var scope = NewDisposeScope();
        (_keyValueHeads, _headSize, _mostSlots) = (keyValueHeads, headSize, newTokens);
        _scale = Scalars.Of(1 / Math.Sqrt(headSize));
        (_prompts, _rowsPerPrompt) = (promptLengths.Count, rowsPerPrompt);
        _promptOfRow = [.. Enumerable.Range(0, promptLengths.Count).SelectMany(p => Enumerable.Repeat(p, rowsPerPrompt))];
        _slots = [.. Enumerable.Range(0, _promptOfRow.Length).Select(i => (long)i)];
        int longest = promptLengths.Max();
        bool ragged = promptLengths.Any(l => l != longest);
        // What is masked must still be a number.
        Tensor[] Prompts() => [.. Enumerable.Range(0, layers).Select(_ => (ragged ? zeros(_prompts, keyValueHeads, longest, headSize,
            device: device) : empty(_prompts, keyValueHeads, longest, headSize, device: device)).DetachFromDisposeScope())];
        Tensor[] Own() => [.. Enumerable.Range(0, layers).Select(_ => empty(_prompts * keyValueHeads * rowsPerPrompt,
            Math.Min(FirstSlots, newTokens), headSize, device: device).DetachFromDisposeScope())];
        (_promptKeys, _promptValues, _ownKeys, _ownValues) = (Prompts(), Prompts(), Own(), Own());
        if (!ragged) return;
        Tensor length = tensor(promptLengths.Select(l => (long)l).ToArray(), [_prompts, 1, 1], device: device);
        _mask = zeros(_prompts, 1, longest, device: device)
            .masked_fill_(CausalMasks.Places(longest, device).ge(length), Scalars.Of(double.NegativeInfinity)).DetachFromDisposeScope();
    }

    /// <summary>Tokens every row has stored; grows by one with each step once all layers have attended.</summary>
    public int Length { get; private set; }

    /// <summary>Stores a layer's keys and values [n, l, K, E] of the prompts with the given numbers.</summary>
    public void StorePrompts(int layer, IReadOnlyList<int> numbers, Tensor key_PLKE, Tensor value_PLKE)
    {
        using var scope = NewDisposeScope();
        bool adjoining = numbers.Select((n, i) => n == numbers[0] + i).All(next => next);
        Store(_promptKeys[layer], key_PLKE);
        Store(_promptValues[layer], value_PLKE);

        void Store(Tensor cache, Tensor prompts)
        {
            Tensor filled = cache.narrow(2, 0, prompts.size(1)), stored = prompts.transpose(1, 2);
            if (adjoining) filled.narrow(0, numbers[0], numbers.Count).copy_(stored);
            else filled.index_copy_(0, tensor(numbers.Select(n => (long)n).ToArray(), device: cache.device), stored);
        }
    }

    public Tensor Attend(int layer, Tensor query_NHE, Tensor key_NKE, Tensor value_NKE)
    {
        using var scope = NewDisposeScope();
        Append(ref _ownKeys[layer], BySlot(key_NKE));
        Append(ref _ownValues[layer], BySlot(value_NKE));
        long heads = query_NHE.size(1), group = heads / _keyValueHeads, prompts = _prompts * _keyValueHeads, length = Length + 1;
        // The query heads of one key head, of all rows behind a prompt, become its queries: one product a key head, no copy of keys.
        Tensor query = BySlot(query_NHE).view(_prompts, _rowsPerPrompt, _keyValueHeads, group, _headSize).permute(0, 2, 1, 3, 4)
            .reshape(prompts, _rowsPerPrompt * group, _headSize).mul_(_scale);
        Tensor ofPrompt = query.bmm(Flat(_promptKeys[layer]).transpose(1, 2));
        if (_mask is not null) ofPrompt.view(_prompts, -1, _mask.size(2)).add_(_mask, Scalars.One);
        Tensor own = query.view(-1, group, _headSize).bmm(_ownKeys[layer].narrow(1, 0, length).transpose(1, 2));
        Tensor weights = cat([ofPrompt, own.view(prompts, -1, length)], 2).softmax(-1);
        Tensor attended = weights.narrow(2, 0, ofPrompt.size(2)).bmm(Flat(_promptValues[layer]));
        Tensor ownWeights = weights.narrow(2, ofPrompt.size(2), length).view(-1, group, length);
        attended.view(-1, group, _headSize).add_(ownWeights.bmm(_ownValues[layer].narrow(1, 0, length)), Scalars.One);
        Tensor bySlot = attended.view(_prompts, _keyValueHeads, _rowsPerPrompt, group, _headSize).permute(0, 2, 1, 3, 4)
            .reshape(_prompts * _rowsPerPrompt, heads * _headSize);
        return (_slotOfRow is null ? bySlot : bySlot.index_select(0, _slotOfRow)).MoveToOuterDisposeScope();
    }

    /// <summary>Every layer has stored this step's token.</summary>
    public void Advance() => Length++;

    /// <summary>Keeps the given rows, in that order, and forgets the others and prompts without rows.</summary>
    public void Keep(long[] rows)
    {
        using var scope = NewDisposeScope();
        Device device = _promptKeys[0].device;
        int[] promptOfRow = [.. rows.Select(r => _promptOfRow[r])], prompts = [.. promptOfRow.Distinct().Order()];
        int[][] members = [.. prompts.Select(p => Enumerable.Range(0, rows.Length).Where(r => promptOfRow[r] == p).ToArray())];
        long rowsPerPrompt = members.Max(m => m.Length);
        // Of each new slot, the row that fills it.
        int[] rowOfSlot = [.. members.SelectMany(m => Enumerable.Range(0, (int)rowsPerPrompt).Select(i => m[Math.Min(i, m.Length - 1)]))];
        long[] oldSlots = [.. rowOfSlot.Select(r => _slots[rows[r]])];
        var places = new List<long>();
        for (int p = 0; p < prompts.Length; p++)
            for (int head = 0; head < _keyValueHeads; head++)
                for (long i = p * rowsPerPrompt; i < (p + 1) * rowsPerPrompt; i++)
                    places.Add((prompts[p] * _keyValueHeads + head) * _rowsPerPrompt + oldSlots[i] % _rowsPerPrompt);
        Tensor own = tensor(places.ToArray(), device: device);
        Tensor? kept = prompts.Length == _prompts ? null : tensor(prompts.Select(p => (long)p).ToArray(), device: device);
        for (int layer = 0; layer < _ownKeys.Length; layer++)
        {
            Select(ref _ownKeys[layer], own);
            Select(ref _ownValues[layer], own);
            if (kept is null) continue;
            Select(ref _promptKeys[layer], kept);
            Select(ref _promptValues[layer], kept);
        }
        if (_mask is not null && kept is not null) Select(ref _mask, kept);
        _slots = new long[rows.Length];
        for (int p = 0; p < members.Length; p++)
            for (int i = 0; i < members[p].Length; i++) _slots[members[p][i]] = p * rowsPerPrompt + i;
        _promptOfRow = [.. promptOfRow.Select(p => Array.IndexOf(prompts, p))];
        (_prompts, _rowsPerPrompt) = (prompts.Length, rowsPerPrompt);
        DisposeOrder();
        if (rowOfSlot.Select((row, slot) => row == slot).All(same => same)) return;
        _rowOfSlot = tensor(rowOfSlot.Select(r => (long)r).ToArray(), device: device).DetachFromDisposeScope();
        _slotOfRow = tensor(_slots, device: device).DetachFromDisposeScope();
    }

    public void Dispose()
    {
        foreach (Tensor tensor in (Tensor[])[.. _promptKeys, .. _promptValues, .. _ownKeys, .. _ownValues]) tensor.Dispose();
        _mask?.Dispose();
        DisposeOrder();
    }

    private void DisposeOrder()
    {
        _rowOfSlot?.Dispose();
        _slotOfRow?.Dispose();
        (_rowOfSlot, _slotOfRow) = (null, null);
    }

    private Tensor BySlot(Tensor rows) => _rowOfSlot is null ? rows : rows.index_select(0, _rowOfSlot);

    private Tensor Flat(Tensor prompts) => prompts.view(_prompts * _keyValueHeads, -1, _headSize);

    private void Append(ref Tensor own, Tensor token_NKE)
    {
        if (Length == own.size(1))
        {
            Tensor longer = empty(own.size(0), Math.Min(_mostSlots, 2L * Length), _headSize, device: own.device).DetachFromDisposeScope();
            longer.narrow(1, 0, Length).copy_(own);
            own.Dispose();
            own = longer;
        }
        own.view(_prompts, _keyValueHeads, _rowsPerPrompt, -1, _headSize).select(3, Length)
            .copy_(token_NKE.view(_prompts, _rowsPerPrompt, _keyValueHeads, _headSize).transpose(1, 2));
    }

    private static void Select(ref Tensor tensor, Tensor index)
    {
        Tensor kept = tensor.index_select(0, index).DetachFromDisposeScope();
        tensor.Dispose();
        tensor = kept;
    }
}
