using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>
/// A layer that keeps only its input for the way back and computes the rest again there (Chen et al. 2016): memory of one layer instead of
/// all, for about one more forward pass.
/// </summary>
internal sealed class Recomputed : CustomBackward<Recomputed>
{
    private const string Layer = "layer";

    /// <summary>
    /// layer(x). An input without gradient (behind it everything is frozen) is made to ask for one: otherwise the layer's own weights
    /// would get none.
    /// </summary>
    public static Tensor Run(Func<Tensor, Tensor> layer, Tensor x) =>
        apply(x.requires_grad || !is_grad_enabled() ? x : x.detach().requires_grad_(true), layer);

    protected override Tensor Forward(autograd.AutogradContext context, object[] inputs)
    {
        var (x, layer) = ((Tensor)inputs[0], (Func<Tensor, Tensor>)inputs[1]);
        context.save_for_backward([x]);
        context.save_data(Layer, layer);
        return layer(x);
    }

    protected override List<Tensor> Backward(autograd.AutogradContext context, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        using var _ = enable_grad();
        using Tensor saved = context.get_saved_variables()[0];
        Tensor x = saved.detach().requires_grad_(true);
        Tensor y = ((Func<Tensor, Tensor>)context.get_data(Layer))(x);
        autograd.backward([y], [gradient]); // adds to the weights' gradients on the way
        return [x.grad!.MoveToOuterDisposeScope(), null!];
    }
}
