using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>A pre-norm transformer layer with grouped-query attention (Ainslie et al. 2023) and a gated feed-forward part.</summary>
internal sealed class DecoderLayer(WeightSet weights, string name, int index, int size, int heads, int keyValueHeads,
    int inner, double normEpsilon)
{
    public int Index => index;

    public int HeadCount => heads;

    public int KeyValueHeadCount => keyValueHeads;

    public int HeadSize => size / heads;

    public RmsNorm AttentionNorm { get; } = new(weights, name + "input_layernorm", size, normEpsilon);

    public Linear Query { get; } = new(weights, name + "self_attn.q_proj", size, size, bias: true);

    public Linear Key { get; } = new(weights, name + "self_attn.k_proj", size, keyValueHeads * (size / heads), bias: true);

    public Linear Value { get; } = new(weights, name + "self_attn.v_proj", size, keyValueHeads * (size / heads), bias: true);

    public Linear Output { get; } = new(weights, name + "self_attn.o_proj", size, size, bias: false);

    public RmsNorm FeedForwardNorm { get; } = new(weights, name + "post_attention_layernorm", size, normEpsilon);

    public GatedFeedForward FeedForward { get; } = new(weights, name + "mlp.", size, inner, bias: false);

    /// <summary>x [N, D] → [N, D].</summary>
    public Tensor Forward(Tensor x, RotaryEmbedding rotary, IAttentionPattern attention)
    {
        using var scope = NewDisposeScope();
        Tensor normed = AttentionNorm.Forward(x);
        Tensor query_NHE = rotary.Apply(Query.Forward(normed).view(-1, heads, HeadSize));
        Tensor key_NKE = rotary.Apply(Key.Forward(normed).view(-1, keyValueHeads, HeadSize));
        Tensor value_NKE = Value.Forward(normed).view(-1, keyValueHeads, HeadSize);
        x = x.add(Output.Forward(attention.Attend(index, query_NHE, key_NKE, value_NKE)), Scalars.One);
        return x.add(FeedForward.Forward(FeedForwardNorm.Forward(x)), Scalars.One).MoveToOuterDisposeScope();
    }
}
