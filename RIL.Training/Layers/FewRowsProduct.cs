using RIL.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>
/// x Wᵀ + b for a few rows against a large matrix, as a decoding step has it. Libraries first bring the right-hand matrix into an order of
/// their own, which for few rows takes longer than the product; with W on the left, as (W xᵀ)ᵀ, that is the small one.
/// </summary>
internal static class FewRowsProduct
{
    // Measured from 8 to 48 rows, mostly 1.1 to 1.7 times as fast; more rows make the order worth its while.
    private const long LeastRows = 4, MostRows = 48, LeastWeights = 1 << 16;

    /// <summary>x [N, D], weight [O, D], bias [O] or null → [N, O].</summary>
    public static Tensor Of(Tensor x_ND, Tensor weight_OD, Tensor? bias)
    {
        if (!Serves(x_ND, weight_OD)) return nn.functional.linear(x_ND, weight_OD, bias);
        using var scope = NewDisposeScope();
        Tensor result = weight_OD.mm(x_ND.transpose(0, 1).contiguous()).transpose(0, 1).contiguous();
        if (bias is not null) result.add_(bias, Scalars.One);
        return result.MoveToOuterDisposeScope();
    }

    private static bool Serves(Tensor x, Tensor weight) => !is_grad_enabled() && x.dim() == 2 && x.size(0) is >= LeastRows and <= MostRows
        && weight.size(0) * weight.size(1) >= LeastWeights && weight.device_type == DeviceType.CPU;
}
