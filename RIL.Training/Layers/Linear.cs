using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>y = x Wᵀ + b; weight [Out, In].</summary>
internal sealed class Linear(WeightSet weights, string name, int input, int output, bool bias)
{
    public Weight Weight { get; } = weights.Matrix(name + ".weight", output, input);

    public Weight? Bias { get; } = bias ? weights.Bias(name + ".bias", output) : null;

    public Tensor Forward(Tensor x) => FewRowsProduct.Of(x, Weight.Value, Bias?.Value);
}
