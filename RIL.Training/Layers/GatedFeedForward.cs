using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>down(silu(gate(x)) · up(x)) (Shazeer 2020).</summary>
internal sealed class GatedFeedForward(WeightSet weights, string name, int size, int inner, bool bias)
{
    public Linear Gate { get; } = new(weights, name + "gate_proj", size, inner, bias);

    public Linear Up { get; } = new(weights, name + "up_proj", size, inner, bias);

    public Linear Down { get; } = new(weights, name + "down_proj", inner, size, bias);

    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Down.Forward(Gate.Forward(x).silu().mul(Up.Forward(x))).MoveToOuterDisposeScope();
    }
}
