using RIL.Training.Images;
using static TorchSharp.torch;

namespace RIL.Training.Models;

/// <summary>
/// What a model sees in pictures: one row a picture token, in order, [n, D], and where the family has them further features [n, D] that
/// are added to the same rows after each of the first decoder layers; <paramref name="Kept"/> is what blocks that are computed again need
/// then.
/// </summary>
internal sealed record VisionFeatures(Tensor Tokens, IReadOnlyList<Tensor> Deep, IReadOnlyList<Tensor> Kept);

/// <summary>The part of a family that turns pictures into features.</summary>
internal interface IVisionEncoder
{
    /// <summary>
    /// Features of the pictures, in the current dispose scope; where <paramref name="recomputes"/>, blocks that learn are computed again
    /// in the backward pass.
    /// </summary>
    VisionFeatures Encode(IReadOnlyList<ImagePatches> images, Device device, bool recomputes);
}
