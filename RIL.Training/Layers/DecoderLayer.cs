using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>One layer of a decoder.</summary>
internal interface IDecoderLayer
{
    /// <summary>x [N, D] → [N, D].</summary>
    Tensor Forward(Tensor x, RotaryEmbedding rotary, IAttentionPattern attention);
}

/// <summary>A pre-norm transformer layer with grouped-query attention (Ainslie et al. 2023) and a gated feed-forward part.</summary>
internal sealed class DecoderLayer(WeightSet weights, string name, int index, DecoderShape shape) : IDecoderLayer
{
    public int Index => index;

    public DecoderShape Shape => shape;

    public RmsNorm AttentionNorm { get; } = new(weights, name + "input_layernorm", shape.HiddenSize, shape.NormEpsilon);

    public Linear Query { get; } = new(weights, name + "self_attn.q_proj", shape.HiddenSize, shape.HeadCount * shape.HeadSize,
        shape.QueryKeyValueBias);

    public Linear Key { get; } = new(weights, name + "self_attn.k_proj", shape.HiddenSize, shape.KeyValueHeadCount * shape.HeadSize,
        shape.QueryKeyValueBias);

    public Linear Value { get; } = new(weights, name + "self_attn.v_proj", shape.HiddenSize, shape.KeyValueHeadCount * shape.HeadSize,
        shape.QueryKeyValueBias);

    public Linear Output { get; } = new(weights, name + "self_attn.o_proj", shape.HeadCount * shape.HeadSize, shape.HiddenSize,
        bias: false);

    public RmsNorm? QueryNorm { get; } = shape.QueryKeyNorm
        ? new(weights, name + "self_attn.q_norm", shape.HeadSize, shape.NormEpsilon) : null;

    public RmsNorm? KeyNorm { get; } = shape.QueryKeyNorm
        ? new(weights, name + "self_attn.k_norm", shape.HeadSize, shape.NormEpsilon) : null;

    public RmsNorm FeedForwardNorm { get; } = new(weights, name + "post_attention_layernorm", shape.HiddenSize, shape.NormEpsilon);

    public GatedFeedForward FeedForward { get; } = new(weights, name + "mlp.", shape.HiddenSize, shape.InnerSize, bias: false);

    public Tensor Forward(Tensor x, RotaryEmbedding rotary, IAttentionPattern attention)
    {
        using var scope = NewDisposeScope();
        Tensor normed = AttentionNorm.Forward(x);
        Tensor query_NHE = Query.Forward(normed).view(-1, shape.HeadCount, shape.HeadSize);
        Tensor key_NKE = Key.Forward(normed).view(-1, shape.KeyValueHeadCount, shape.HeadSize);
        Tensor value_NKE = Value.Forward(normed).view(-1, shape.KeyValueHeadCount, shape.HeadSize);
        if (QueryNorm is not null) (query_NHE, key_NKE) = (QueryNorm.Forward(query_NHE), KeyNorm!.Forward(key_NKE));
        Tensor attended = attention.Attend(index, rotary.Apply(query_NHE), rotary.Apply(key_NKE), value_NKE);
        x = x.add(Output.Forward(attended), Scalars.One);
        return x.add(FeedForward.Forward(FeedForwardNorm.Forward(x)), Scalars.One).MoveToOuterDisposeScope();
    }
}
