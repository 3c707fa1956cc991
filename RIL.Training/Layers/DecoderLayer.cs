using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>A pre-norm transformer layer with grouped-query attention (Ainslie et al. 2023) and a gated feed-forward part.</summary>
internal sealed class DecoderLayer(WeightSet weights, string name, int index, int size, int heads, int keyValueHeads, int inner, double normEpsilon)
{
    private readonly int _headSize = size / heads;
    private readonly RmsNorm _attentionNorm = new(weights, name + "input_layernorm", size, normEpsilon);
    private readonly Linear _query = new(weights, name + "self_attn.q_proj", size, size, bias: true);
    private readonly Linear _key = new(weights, name + "self_attn.k_proj", size, keyValueHeads * (size / heads), bias: true);
    private readonly Linear _value = new(weights, name + "self_attn.v_proj", size, keyValueHeads * (size / heads), bias: true);
    private readonly Linear _output = new(weights, name + "self_attn.o_proj", size, size, bias: false);
    private readonly RmsNorm _feedForwardNorm = new(weights, name + "post_attention_layernorm", size, normEpsilon);
    private readonly GatedFeedForward _feedForward = new(weights, name + "mlp.", size, inner, bias: false);

    /// <summary>x [N, D] → [N, D].</summary>
    public Tensor Forward(Tensor x, RotaryEmbedding rotary, IAttentionPattern attention)
    {
        using var scope = NewDisposeScope();
        Tensor normed = _attentionNorm.Forward(x);
        Tensor query_NHE = rotary.Apply(_query.Forward(normed).view(-1, heads, _headSize));
        Tensor key_NKE = rotary.Apply(_key.Forward(normed).view(-1, keyValueHeads, _headSize));
        Tensor value_NKE = _value.Forward(normed).view(-1, keyValueHeads, _headSize);
        x = x.add(_output.Forward(attention.Attend(index, query_NHE, key_NKE, value_NKE)), Scalars.One);
        return x.add(_feedForward.Forward(_feedForwardNorm.Forward(x)), Scalars.One).MoveToOuterDisposeScope();
    }
}
