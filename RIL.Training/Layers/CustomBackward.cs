using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>
/// A function with a way back of its own. Within a <see cref="BackwardPass"/> a fault on the way back comes out of it as an exception;
/// outside of one it ends the process, as libtorch has it.
/// </summary>
internal abstract class CustomBackward<T> : autograd.SingleTensorFunction<T> where T : CustomBackward<T>, new()
{
    private const string Pass = "pass", Inputs = "inputs";

    public override string Name => typeof(T).Name;

    public sealed override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.set_materialize_grads(false); // zeros for a gradient that never comes would be made outside the guard
        ctx.save_data(Pass, BackwardPass.Current!);
        ctx.save_data(Inputs, vars.Length);
        return Forward(ctx, vars);
    }

    public sealed override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var pass = (BackwardPass?)ctx.get_data(Pass);
        return pass is null ? Backward(ctx, grad_output)
            : pass.Guard((int)ctx.get_data(Inputs), grad_output, () => Backward(ctx, grad_output));
    }

    /// <summary>The function, with gradients off; it saves in the context what the way back needs.</summary>
    protected abstract Tensor Forward(autograd.AutogradContext context, object[] inputs);

    /// <summary>
    /// One gradient an input, null for inputs that are no tensors. What it gives must be outside its own dispose scopes.
    /// </summary>
    protected abstract List<Tensor> Backward(autograd.AutogradContext context, Tensor gradient);
}
