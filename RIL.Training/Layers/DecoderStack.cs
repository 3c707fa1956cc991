using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>
/// A language model's decoder without its positions and its attention pattern, which each pass brings: embedding, layers, final norm and
/// head.
/// </summary>
internal sealed class DecoderStack
{
    private readonly Weight _embedding, _head;
    private readonly RmsNorm _norm;

    /// <summary>Declares the weights below <paramref name="name"/>, and the head where it is not the embedding.</summary>
    public DecoderStack(DecoderShape shape, WeightSet weights, string name, string headName)
    {
        Shape = shape;
        _embedding = weights.Matrix(name + "embed_tokens.weight", shape.VocabularySize, shape.HiddenSize);
        Layers = [.. Enumerable.Range(0, shape.LayerCount).Select(i => new DecoderLayer(weights, $"{name}layers.{i}.", i, shape))];
        _norm = new RmsNorm(weights, name + "norm", shape.HiddenSize, shape.NormEpsilon);
        _head = shape.TiedHead ? _embedding : weights.For(ModelPart.Head).Matrix(headName, shape.VocabularySize, shape.HiddenSize);
    }

    public DecoderShape Shape { get; }

    public IReadOnlyList<DecoderLayer> Layers { get; }

    /// <summary>[V, D].</summary>
    public Tensor HeadWeight => _head.Value;

    /// <summary>Token ids [N] → [N, D].</summary>
    public Tensor Embed(Tensor ids) => _embedding.Value.index_select(0, ids);

    /// <summary>
    /// Embedded tokens [N, D] → hidden states after the last norm [N, D]. A layer that is recomputed keeps only its input for the way
    /// back.
    /// </summary>
    /// <param name="x">The tokens.</param>
    /// <param name="rotary">Their positions.</param>
    /// <param name="attention">Who sees whom.</param>
    /// <param name="recomputes">Whether layers are computed again in the backward pass.</param>
    /// <param name="added">What is added after each of the first layers, or null.</param>
    public Tensor Forward(Tensor x, RotaryEmbedding rotary, IAttentionPattern attention, bool recomputes, RowFeatures? added)
    {
        using var scope = NewDisposeScope();
        foreach (DecoderLayer layer in Layers)
        {
            x = recomputes ? Recomputed.Run(input => layer.Forward(input, rotary, attention), x) : layer.Forward(x, rotary, attention);
            if (layer.Index < added?.ByLayer.Count) x = x.index_add(0, added.Rows, added.ByLayer[layer.Index], Scalars.One);
        }
        return _norm.Forward(x).MoveToOuterDisposeScope();
    }

    /// <summary>One step of a decoding session through the layers it was given; overwrites x [B, D] and gives logits [B, V].</summary>
    public Tensor Step(Tensor x, IReadOnlyList<IDecoderLayer> layers, RotaryEmbedding rotary, IAttentionPattern attention)
    {
        using var scope = NewDisposeScope();
        foreach (IDecoderLayer layer in layers) x = layer.Forward(x, rotary, attention);
        return FewRowsProduct.Of(_norm.Forward(x), HeadWeight, null).MoveToOuterDisposeScope();
    }
}

/// <summary>Features [n, D] that are added to the given rows after each of the first layers.</summary>
internal sealed record RowFeatures(Tensor Rows, IReadOnlyList<Tensor> ByLayer);
