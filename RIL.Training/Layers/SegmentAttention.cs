using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>
/// Attention inside consecutive segments of a packed sequence, without a mask: the windows or the pictures of a vision tower. Its tensors
/// belong to the dispose scope in which it was made.
/// </summary>
internal sealed class SegmentAttention : IAttentionPattern
{
    private readonly int _uniform; // length of every segment where all are equal, else 0
    private readonly List<(int Length, Tensor Rows)> _groups = [];
    private readonly Tensor? _restore;

    public SegmentAttention(IReadOnlyList<int> lengths, Device device)
    {
        if (lengths.All(l => l == lengths[0]))
        {
            _uniform = lengths[0];
            return;
        }
        int[] starts = [.. lengths.Select((_, i) => lengths.Take(i).Sum())];
        var order = new List<long>();
        foreach (IGrouping<int, int> group in Enumerable.Range(0, lengths.Count).GroupBy(i => lengths[i]))
        {
            long[] rows = [.. group.SelectMany(i => Enumerable.Range(starts[i], group.Key)).Select(r => (long)r)];
            order.AddRange(rows);
            _groups.Add((group.Key, tensor(rows, device: device)));
        }
        var restore = new long[order.Count];
        for (int i = 0; i < restore.Length; i++) restore[order[i]] = i;
        _restore = tensor(restore, device: device);
    }

    public Tensor Attend(int layer, Tensor query_NHE, Tensor key_NKE, Tensor value_NKE)
    {
        using var scope = NewDisposeScope();
        if (_uniform > 0) return Equal(query_NHE, key_NKE, value_NKE, _uniform).MoveToOuterDisposeScope();
        Tensor[] parts = [.. _groups.Select(g => Equal(query_NHE.index_select(0, g.Rows), key_NKE.index_select(0, g.Rows),
            value_NKE.index_select(0, g.Rows), g.Length))];
        return cat(parts, 0).index_select(0, _restore!).MoveToOuterDisposeScope();
    }

    /// <summary>Its tensors, for who keeps them beyond their dispose scope.</summary>
    public IEnumerable<Tensor?> Owned => _groups.Select(g => g.Rows).Append(_restore);

    private static Tensor Equal(Tensor query_NHE, Tensor key_NHE, Tensor value_NHE, int length)
    {
        long heads = query_NHE.size(1), size = query_NHE.size(2), segments = query_NHE.size(0) / length;
        Tensor Split(Tensor x) => x.reshape(segments, length, heads, size).transpose(1, 2);
        return Aten.ScaledDotProductAttention(Split(query_NHE), Split(key_NHE), Split(value_NHE), null, causal: false,
            groupedQueries: false)
            .transpose(1, 2).reshape(segments * length, heads * size);
    }
}
