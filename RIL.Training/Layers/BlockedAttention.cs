using RIL.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>Attention of long sequences by libtorch's blocked kernel, which never holds the scores (Dao et al. 2022).</summary>
internal static class BlockedAttention
{
    /// <summary>
    /// query [B, L, H, E], key and value [B, S, K, E] → [B, L, H, E]; H/K query heads share a key head. Without a mask it is causal, and L
    /// is S; with one, [1, 1, L, S], the mask alone decides.
    /// </summary>
    public static Tensor Of(Tensor query_BLHE, Tensor key_BSKE, Tensor value_BSKE, Tensor? mask_11LS)
    {
        bool grouped = query_BLHE.size(2) != key_BSKE.size(2);
        // On a GPU no blocked kernel takes f32, a mask and grouped queries together: libtorch would write the scores out instead.
        if (grouped && query_BLHE.device_type == DeviceType.CUDA)
        {
            long group = query_BLHE.size(2) / key_BSKE.size(2);
            (key_BSKE, value_BSKE, grouped) = (Repeat(key_BSKE, group), Repeat(value_BSKE, group), false);
        }
        return Aten.ScaledDotProductAttention(query_BLHE.transpose(1, 2), key_BSKE.transpose(1, 2), value_BSKE.transpose(1, 2), mask_11LS,
            mask_11LS is null, grouped).transpose(1, 2);
    }

    private static Tensor Repeat(Tensor x_BSKE, long group)
    {
        (long batch, long keys, long heads, long size) = (x_BSKE.size(0), x_BSKE.size(1), x_BSKE.size(2), x_BSKE.size(3));
        return x_BSKE.unsqueeze(3).expand(batch, keys, heads, group, size).reshape(batch, keys, heads * group, size);
    }
}
