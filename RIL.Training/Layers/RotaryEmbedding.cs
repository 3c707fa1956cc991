using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>
/// Rotary positions (Su et al. 2021) with the half-split layout: x · cos + rotate_half(x) · sin. The sign of rotate_half is folded into
/// the sine, so that a rotation of the last dimension by half its size is all that is left of it. Its tensors belong to the dispose scope
/// in which it was made.
/// </summary>
internal sealed class RotaryEmbedding
{
    private readonly Tensor _cos, _signedSin; // [N, 1, E]
    private readonly long _half;

    /// <summary>From angles [N, E/2] in radians, row by row.</summary>
    public RotaryEmbedding(Tensor angles_NF)
    {
        using var scope = NewDisposeScope();
        _half = angles_NF.size(1);
        Tensor angle = angles_NF.unsqueeze(1), cos = angle.cos(), sin = angle.sin();
        _cos = cat([cos, cos], -1).MoveToOuterDisposeScope();
        _signedSin = cat([sin.neg(), sin], -1).MoveToOuterDisposeScope();
    }

    /// <summary>Its tensors, for who keeps them beyond their dispose scope.</summary>
    public IEnumerable<Tensor?> Owned => [_cos, _signedSin];

    /// <summary>Rotates x [N, H, E].</summary>
    public Tensor Apply(Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.mul(_cos).addcmul(x.roll(_half, -1), _signedSin, Scalars.One).MoveToOuterDisposeScope();
    }
}
