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
