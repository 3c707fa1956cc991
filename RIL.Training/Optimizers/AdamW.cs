using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Training.Optimizers;

/// <summary>AdamW's constants (Loshchilov and Hutter 2019).</summary>
/// <param name="Beta1">Decay of the mean of gradients.</param>
/// <param name="Beta2">Decay of the mean of squared gradients.</param>
/// <param name="Epsilon">Added to the denominator.</param>
/// <param name="WeightDecay">On what is not a bias or norm, as Hugging Face's Trainer.</param>
public sealed record AdamWSettings(double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8, double WeightDecay = 0);

/// <summary>AdamW over flat parameters, one fused kernel a group.</summary>
public sealed class AdamW : IDisposable
{
    private readonly FlatParameters _parameters;
    private readonly AdamWSettings _settings;
    private readonly Tensor[] _means, _squares;
    private readonly Tensor _step;

    /// <summary>Starts with empty moments.</summary>
    public AdamW(FlatParameters parameters, AdamWSettings settings)
    {
        _parameters = parameters;
        _settings = settings;
        _means = [.. parameters.Groups.Select(g => zeros_like(g.Values).DetachFromDisposeScope())];
        _squares = [.. parameters.Groups.Select(g => zeros_like(g.Values).DetachFromDisposeScope())];
        _step = zeros([], device: parameters.Groups[0].Values.device).DetachFromDisposeScope();
    }

    /// <summary>
    /// The moments by weight and kind (<c>exp_avg/…</c>, <c>exp_avg_sq/…</c>) and <c>step</c>: views to save from or copy into.
    /// </summary>
    public IReadOnlyList<(string Name, Tensor Value)> State()
    {
        var state = new List<(string, Tensor)> { ("step", _step.view(1)) };
        for (int g = 0; g < _parameters.Groups.Count; g++)
            foreach ((string name, long start, long[] shape) in _parameters.Groups[g].Slices)
            {
                long count = shape.Aggregate(1L, (a, b) => a * b);
                state.Add(("exp_avg/" + name, _means[g].narrow(0, start, count).view(shape)));
                state.Add(("exp_avg_sq/" + name, _squares[g].narrow(0, start, count).view(shape)));
            }
        return state;
    }

    /// <summary>One update from the summed gradients.</summary>
    public void Step(double learningRate)
    {
        using var _ = no_grad();
        _step.add_(Scalars.One, Scalars.One);
        for (int g = 0; g < _parameters.Groups.Count; g++)
        {
            FlatParameters.Group group = _parameters.Groups[g];
            Aten.FusedAdamW(
                [group.Values], [group.Gradients[0]], [_means[g]], [_squares[g]], [_step],
                learningRate, _settings.Beta1, _settings.Beta2, group.Decays ? _settings.WeightDecay : 0, _settings.Epsilon);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _means.Concat(_squares)) tensor.Dispose();
        _step.Dispose();
    }
}
