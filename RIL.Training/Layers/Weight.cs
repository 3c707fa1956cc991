using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>Which part of a model a weight belongs to; parts are frozen as wholes.</summary>
public enum ModelPart
{
    /// <summary>Patch embedding and blocks of the vision tower.</summary>
    VisionTower,

    /// <summary>What projects picture features into the language model.</summary>
    Merger,

    /// <summary>Embeddings, decoder layers and final norm; the head too where it is the embedding.</summary>
    LanguageModel,

    /// <summary>A head with weights of its own.</summary>
    Head,
}

/// <summary>What a weight is, for its first values.</summary>
public enum WeightKind
{
    /// <summary>A matrix, convolution or embedding.</summary>
    Matrix,

    /// <summary>An additive bias.</summary>
    Bias,

    /// <summary>The scale of a norm.</summary>
    Norm,
}

/// <summary>
/// A named weight whose tensor can be exchanged: an optimizer lays all of them into one flat buffer and the model goes on with the views.
/// </summary>
public sealed class Weight(string name, long[] shape, WeightKind kind, ModelPart part, bool? decays = null) : IDisposable
{
    private Tensor? _value;

    /// <summary>Name of the parameter in transformers' module tree, for instance <c>model.language_model.norm.weight</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Shape, fixed by the configuration.</summary>
    public long[] Shape { get; } = shape;

    /// <summary>What it is.</summary>
    public WeightKind Kind { get; } = kind;

    /// <summary>Where it belongs.</summary>
    public ModelPart Part { get; } = part;

    /// <summary>
    /// Whether AdamW's decay pulls it towards 0: matrices and no others, unless its family's trainer sees it otherwise.
    /// </summary>
    public bool Decays { get; } = decays ?? kind == WeightKind.Matrix;

    /// <summary>Whether the tensor is a part of an optimizer's flat buffer, of which it keeps all.</summary>
    internal bool LiesFlat { get; set; }

    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (a, b) => a * b);

    /// <summary>The tensor; setting it disposes the one before. It must be outside every dispose scope.</summary>
    public Tensor Value
    {
        get => _value ?? throw new InvalidOperationException($"Weight {Name} has no value yet.");
        set
        {
            if (ReferenceEquals(_value, value)) return;
            if (!value.shape.SequenceEqual(Shape))
                throw new InputException($"Weight {Name}: expected shape [{string.Join(", ", Shape)}], got "
                    + $"[{string.Join(", ", value.shape)}]; the checkpoint does not fit its config.json.");
            _value?.Dispose();
            _value = value.DetachFromDisposeScope();
            LiesFlat = false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _value?.Dispose();
}
