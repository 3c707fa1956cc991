using RIL.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>
/// Keys and values of B rows that decode together, allocated once for the longest they can become: per layer [B, K, S, E]. The prompt of a
/// row occupies the first slots (left-padded), new tokens follow. As an attention pattern it serves steps of one token a row.
/// </summary>
internal sealed class DecodingCache : IAttentionPattern, IDisposable
{
    private readonly Tensor[] _keys, _values;
    private readonly int _keyValueHeads, _headSize;
    private readonly Scalar _scale;
    private Tensor? _mask; // [B, 1, 1, S]: 0 or −∞ where left padding stands; null where no row has any

    public DecodingCache(int layers, IReadOnlyList<int> promptLengths, int rowsPerPrompt, int newTokens, int keyValueHeads,
        int headSize, Device device)
    {
        _keyValueHeads = keyValueHeads;
        _headSize = headSize;
        _scale = Scalars.Of(1 / Math.Sqrt(headSize));
        Rows = promptLengths.Count * rowsPerPrompt;
        Length = promptLengths.Max();
        int slots = Length + newTokens;
        _keys = [.. Enumerable.Range(0, layers).Select(_ => Allocate())];
        _values = [.. Enumerable.Range(0, layers).Select(_ => Allocate())];
        if (promptLengths.All(l => l == Length)) return;
        var mask = new float[Rows * slots];
        for (int row = 0; row < Rows; row++)
            mask.AsSpan(row * slots, Length - promptLengths[row / rowsPerPrompt]).Fill(float.NegativeInfinity);
        _mask = tensor(mask, [Rows, 1, 1, slots], device: device).DetachFromDisposeScope();

        Tensor Allocate() => empty(Rows, keyValueHeads, slots, headSize, device: device).DetachFromDisposeScope();
    }

    /// <summary>Rows still decoding.</summary>
    public int Rows { get; private set; }

    /// <summary>Filled slots; grows by one with each step once all layers have attended.</summary>
    public int Length { get; private set; }

    /// <summary>Copies a layer's prompt keys and values [P, L, K, E] to all rows of each prompt.</summary>
    public void StorePrompts(int layer, Tensor key_PLKE, Tensor value_PLKE)
    {
        Store(_keys[layer], key_PLKE);
        Store(_values[layer], value_PLKE);

        void Store(Tensor cache, Tensor prompt)
        {
            using var scope = NewDisposeScope();
            long prompts = prompt.size(0), length = prompt.size(1), copies = Rows / prompts;
            cache.view(prompts, copies, _keyValueHeads, -1, _headSize).narrow(3, 0, length)
                .copy_(prompt.transpose(1, 2).unsqueeze(1).expand(prompts, copies, _keyValueHeads, length, _headSize));
        }
    }

    public Tensor Attend(int layer, Tensor query_NHE, Tensor key_NKE, Tensor value_NKE)
    {
        using var scope = NewDisposeScope();
        _keys[layer].select(2, Length).copy_(key_NKE);
        _values[layer].select(2, Length).copy_(value_NKE);
        // The query heads of one key head become its queries: one product a key head, no copy of keys.
        Tensor query = query_NHE.reshape((long)Rows * _keyValueHeads, -1, _headSize).mul(_scale);
        Tensor scores = query.bmm(Filled(_keys[layer]).transpose(1, 2));
        if (_mask is not null) scores.view(Rows, _keyValueHeads, -1, Length + 1).add_(_mask.narrow(3, 0, Length + 1), Scalars.One);
        return scores.softmax(-1).bmm(Filled(_values[layer])).view(Rows, -1).MoveToOuterDisposeScope();
    }

    private Tensor Filled(Tensor cache) => cache.view((long)Rows * _keyValueHeads, -1, _headSize).narrow(1, 0, Length + 1);

    /// <summary>Every layer has stored this step's token.</summary>
    public void Advance() => Length++;

    /// <summary>Keeps the given rows, in that order, and forgets the others.</summary>
    public void Keep(long[] rows)
    {
        using var scope = NewDisposeScope();
        Tensor index = tensor(rows, device: _keys[0].device);
        for (int layer = 0; layer < _keys.Length; layer++)
        {
            Shrink(ref _keys[layer]);
            Shrink(ref _values[layer]);
        }
        if (_mask is not null) Shrink(ref _mask);
        Rows = rows.Length;

        void Shrink(ref Tensor tensor)
        {
            Tensor kept = tensor.index_select(0, index).DetachFromDisposeScope();
            tensor.Dispose();
            tensor = kept;
        }
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _keys.Concat(_values)) tensor.Dispose();
        _mask?.Dispose();
    }
}
