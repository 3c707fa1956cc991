using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>
/// A decoder layer's weights as one-token steps of small models want them: query, key and value in one product, gate and up in one. A
/// snapshot; valid until the weights change.
/// </summary>
internal sealed class FusedDecoderLayer : IDecoderLayer, IDisposable
{
    private const int LargestWidth = 512;

    private readonly DecoderLayer _layer;
    private readonly Tensor _queryKeyValue, _gateUp;
    private readonly Tensor? _queryKeyValueBias;

    public FusedDecoderLayer(DecoderLayer layer)
    {
        using var _ = no_grad();
        _layer = layer;
        _queryKeyValue = cat([layer.Query.Weight.Value, layer.Key.Weight.Value, layer.Value.Weight.Value], 0).DetachFromDisposeScope();
        if (layer.Shape.QueryKeyValueBias) _queryKeyValueBias = cat([layer.Query.Bias!.Value, layer.Key.Bias!.Value,
            layer.Value.Bias!.Value], 0).DetachFromDisposeScope();
        _gateUp = cat([layer.FeedForward.Gate.Weight.Value, layer.FeedForward.Up.Weight.Value], 0).DetachFromDisposeScope();
    }

    /// <summary>
    /// Whether fewer operators are worth a copy of the weights: in a wide layer the products take nearly all the time, fused or not.
    /// </summary>
    public static bool Pays(DecoderShape shape) => shape.HiddenSize <= LargestWidth;

    /// <summary>x [B, D], one token a row → [B, D]. Overwrites x.</summary>
    public Tensor Forward(Tensor x, RotaryEmbedding rotary, IAttentionPattern attention)
    {
        using var scope = NewDisposeScope();
        DecoderShape shape = _layer.Shape;
        int heads = shape.HeadCount, keyValueHeads = shape.KeyValueHeadCount;
        Tensor qkv_NAE = FewRowsProduct.Of(_layer.AttentionNorm.Forward(x), _queryKeyValue, _queryKeyValueBias).view(x.size(0),
            -1, shape.HeadSize);
        if (_layer.QueryNorm is not null)
        {
            qkv_NAE.narrow(1, 0, heads).copy_(_layer.QueryNorm.Forward(qkv_NAE.narrow(1, 0, heads)));
            qkv_NAE.narrow(1, heads, keyValueHeads).copy_(_layer.KeyNorm!.Forward(qkv_NAE.narrow(1, heads, keyValueHeads)));
        }
        Tensor rotated = rotary.Apply(qkv_NAE.narrow(1, 0, heads + keyValueHeads));
        Tensor attended = attention.Attend(_layer.Index, rotated.narrow(1, 0, heads), rotated.narrow(1, heads, keyValueHeads),
            qkv_NAE.narrow(1, heads + keyValueHeads, keyValueHeads));
        x.add_(_layer.Output.Forward(attended), Scalars.One);
        Tensor[] gateUp = FewRowsProduct.Of(_layer.FeedForwardNorm.Forward(x), _gateUp, null).chunk(2, -1);
        x.add_(_layer.FeedForward.Down.Forward(gateUp[0].silu().mul_(gateUp[1])), Scalars.One);
        return x;
    }

    public void Dispose()
    {
        _queryKeyValue.Dispose();
        _queryKeyValueBias?.Dispose();
        _gateUp.Dispose();
    }
}
