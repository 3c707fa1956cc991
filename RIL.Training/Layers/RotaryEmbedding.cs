using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>
/// Rotary positions (Su et al. 2021) with the half-split layout: x · cos + rotate_half(x) · sin. The sign of rotate_half is folded into
/// the sine, so that a rotation of the last dimension by half its size is all that is left of it.
/// </summary>
internal sealed class RotaryEmbedding : IDisposable
{
    private readonly Tensor _cos, _signedSin; // [N, 1, E]
    private readonly long _half;

    /// <summary>From angles [N, E/2] in radians, row by row.</summary>
    public RotaryEmbedding(float[] angles, int count, int headSize, Device device)
    {
        using var scope = NewDisposeScope();
        _half = headSize / 2;
        Tensor angle = tensor(angles, [count, 1, _half], device: device);
        Tensor cos = angle.cos(), sin = angle.sin();
        _cos = cat([cos, cos], -1).DetachFromDisposeScope();
        _signedSin = cat([sin.neg(), sin], -1).DetachFromDisposeScope();
    }

    /// <summary>Rotates x [N, H, E].</summary>
    public Tensor Apply(Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.mul(_cos).addcmul(x.roll(_half, -1), _signedSin, Scalars.One).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _cos.Dispose();
        _signedSin.Dispose();
    }
}
