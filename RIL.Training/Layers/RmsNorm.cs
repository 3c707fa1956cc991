using RIL.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>Root-mean-square norm (Zhang and Sennrich 2019): x / √(mean x² + ε) · w over the last dimension.</summary>
internal sealed class RmsNorm(WeightSet weights, string name, int size, double epsilon, bool decays = false)
{
    private static readonly long[] LastDimension = [-1];
    private readonly Scalar _epsilon = Scalars.Of(epsilon);
    private readonly Weight _scale = weights.Norm(name + ".weight", size, decays);

    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        Tensor inverse = x.mul(x).mean(LastDimension, keepdim: true).add_(_epsilon, Scalars.One).rsqrt_();
        return x.mul(inverse).mul(_scale.Value).MoveToOuterDisposeScope();
    }
}
