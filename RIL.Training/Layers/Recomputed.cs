using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>
/// A layer that keeps only its input for the way back and computes the rest again there (Chen et al. 2016): memory of one layer instead of
/// all, for about one more forward pass. The input must require gradients.
/// </summary>
internal sealed class Recomputed : autograd.SingleTensorFunction<Recomputed>
{
    private const string Layer = "layer";

    public override string Name => nameof(Recomputed);

    public static Tensor Run(Func<Tensor, Tensor> layer, Tensor x) => apply(x, layer);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, layer) = ((Tensor)vars[0], (Func<Tensor, Tensor>)vars[1]);
        ctx.save_for_backward([x]);
        ctx.save_data(Layer, layer);
        return layer(x);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var _ = enable_grad();
        using Tensor saved = ctx.get_saved_variables()[0];
        Tensor x = saved.detach().requires_grad_(true);
        Tensor y = ((Func<Tensor, Tensor>)ctx.get_data(Layer))(x);
        autograd.backward([y], [grad_output]); // adds to the weights' gradients on the way
        return [x.grad!.MoveToOuterDisposeScope(), null!];
    }
}
