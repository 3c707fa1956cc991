using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>
/// softmax(q kᵀ / √E + mask) v by three batched products. For short sequences this beats the blocked kernel, whose many small products
/// bypass the fast f32 route.
/// </summary>
internal static class AttentionProduct
{
    // Up to this many scores (16 MB) are written out; longer sequences go through the blocked kernel, which never holds them.
    private const long MostScores = 4 << 20;

    /// <summary>
    /// Whether the scores of <paramref name="batch"/> times so many queries, heads and keys are few enough to be written.
    /// </summary>
    public static bool Serves(long batch, long queries, long heads, long keys) => batch * queries * heads * keys <= MostScores;

    /// <summary>
    /// query [B, L, H, E], key and value [B, S, K, E], mask [B or 1, 1, L, S] → [B, L, H, E]; H/K query heads share a key head.
    /// </summary>
    public static Tensor Of(Tensor query_BLHE, Tensor key_BSKE, Tensor value_BSKE, Tensor mask_B1LS)
    {
        long batch = query_BLHE.size(0), length = query_BLHE.size(1), heads = query_BLHE.size(2), size = query_BLHE.size(3);
        long keys = key_BSKE.size(1), keyHeads = key_BSKE.size(2), group = heads / keyHeads;
        Tensor query = query_BLHE.view(batch, length, keyHeads, group, size).permute(0, 2, 3, 1, 4).reshape(batch * keyHeads,
            group * length, size);
        Tensor key = key_BSKE.transpose(1, 2).reshape(batch * keyHeads, keys, size);
        Tensor value = value_BSKE.transpose(1, 2).reshape(batch * keyHeads, keys, size);
        Tensor scores = query.mul(Scalars.Of(1 / Math.Sqrt(size))).bmm(key.transpose(1, 2));
        Tensor weights = scores.view(batch, keyHeads, group, length, keys).add_(mask_B1LS.unsqueeze(1),
            Scalars.One).softmax(-1).view(batch * keyHeads, group * length, keys);
        return weights.bmm(value).view(batch, keyHeads, group, length, size).permute(0, 3, 1, 2, 4).reshape(batch, length, heads, size);
    }
}
