using RIL.Training.Layers;

namespace RIL.Training.Optimizers;

/// <summary>
/// Everything that changes the weights of one model: flat parameters, AdamW and clipping. Backward passes fill the gradients,
/// <see cref="Update"/> uses them up.
/// </summary>
public sealed class WeightOptimizer : IDisposable
{
    private readonly FlatParameters _parameters;
    private readonly double _maxGradientNorm;

    /// <summary>
    /// For the picked weights of a model and its replicas (see <see cref="FlatParameters"/>); gradients are clipped to the given norm, 0 =
    /// never.
    /// </summary>
    public WeightOptimizer(IEnumerable<IReadOnlyList<Weight>> weights, Func<Weight, bool> trains, AdamWSettings settings,
        double maxGradientNorm)
    {
        _parameters = new FlatParameters(weights, trains);
        _maxGradientNorm = maxGradientNorm;
        AdamW = new AdamW(_parameters, settings);
    }

    /// <summary>The optimizer's state, for checkpoints.</summary>
    public AdamW AdamW { get; }

    /// <summary>
    /// Sums and clips the gradients, steps, and empties them; gives the norm before clipping. A norm that is no number leaves the weights
    /// as they were.
    /// </summary>
    public double Update(double learningRate)
    {
        _parameters.SumGradients();
        double norm = _parameters.ClipGradients(_maxGradientNorm);
        if (double.IsFinite(norm)) AdamW.Step(learningRate);
        _parameters.ZeroGradients();
        return norm;
    }

    /// <summary>Forgets the gradients without using them.</summary>
    public void Skip() => _parameters.ZeroGradients();

    /// <inheritdoc/>
    public void Dispose()
    {
        AdamW.Dispose();
        _parameters.Dispose();
    }
}
