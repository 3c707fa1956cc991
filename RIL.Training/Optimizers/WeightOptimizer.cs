using RIL.Training.Layers;
using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Training.Optimizers;

/// <summary>
/// Everything that changes the weights of one model: flat parameters, AdamW and clipping. Backward passes fill the gradients,
/// <see cref="Update"/> uses them up.
/// </summary>
public sealed class WeightOptimizer : IDisposable
{
    private readonly FlatParameters _parameters;
    private readonly double _maxGradientNorm;
    private readonly ICollective _members;
    private readonly Dictionary<string, ModelPart> _parts;

    /// <summary>
    /// For the picked weights of a model and its replicas (see <see cref="FlatParameters"/>); gradients are clipped to the given norm, 0 =
    /// never. <paramref name="members"/> are the processes that train together; null = this one alone.
    /// </summary>
    public WeightOptimizer(IEnumerable<IReadOnlyList<Weight>> weights, Func<Weight, bool> trains, AdamWSettings settings,
        double maxGradientNorm, ICollective? members = null)
    {
        IReadOnlyList<Weight>[] all = [.. weights];
        _parameters = new FlatParameters(all, trains);
        _parts = all.ToDictionary(w => w[0].Name, w => w[0].Part);
        _members = members ?? Alone.Instance;
        _maxGradientNorm = maxGradientNorm;
        AdamW = new AdamW(_parameters, settings);
    }

    /// <summary>The optimizer's state, for checkpoints.</summary>
    public AdamW AdamW { get; }

    /// <summary>Where given, the next update counts its gradients into it before they are clipped.</summary>
    public GradientHistogram? Gradients { get; set; }

    /// <summary>
    /// Sums and clips the gradients, steps, and empties them; gives the norm before clipping. A norm that is no number leaves the weights
    /// as they were.
    /// </summary>
    public double Update(double learningRate)
    {
        _parameters.SumGradients(_members);
        if (Gradients is { Parts.Count: 0 } histogram) Count(histogram);
        double norm = _parameters.ClipGradients(_maxGradientNorm);
        if (double.IsFinite(norm)) AdamW.Step(learningRate);
        _parameters.ZeroGradients();
        return norm;
    }

    private void Count(GradientHistogram histogram)
    {
        foreach (FlatParameters.Group group in _parameters.Groups)
            foreach ((string name, long start, long[] shape) in group.Slices)
            {
                using Tensor gradient = group.Gradients[0].narrow(0, start, shape.Aggregate(1L, (a, b) => a * b));
                histogram.Add(_parts[name], gradient);
            }
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
