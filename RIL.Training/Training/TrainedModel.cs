using RIL.Training.Layers;
using RIL.Training.Models;
using RIL.Training.Optimizers;
using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Training.Training;

/// <summary>One of the replicas that compute side by side.</summary>
/// <param name="Model">The model on the shared weights, with gradients of its own.</param>
/// <param name="Heads">The further weights that were given, likewise.</param>
public sealed record Lane(VisionLanguageModel Model, IReadOnlyList<Weight> Heads);

/// <summary>
/// A model that learns: losses are accumulated pass by pass over the lanes of a plan, and an update uses the gradients up. Who trains
/// brings the formula of the loss and nothing else.
/// </summary>
public sealed class TrainedModel : IDisposable
{
    private readonly ComputePlan _plan;
    private readonly ModelReplicas _replicas;
    private readonly Lane[] _lanes;

    /// <summary>Trains the parts of <paramref name="model"/> that learn, and <paramref name="heads"/>; both stay the caller's.</summary>
    /// <param name="model">The model.</param>
    /// <param name="plan">Where and how it is computed.</param>
    /// <param name="learns">Which of its parts learn.</param>
    /// <param name="adamW">The optimizer's constants.</param>
    /// <param name="maxGradientNorm">Gradients are clipped to this norm; 0 = never.</param>
    /// <param name="heads">Weights that learn with it and are not part of it.</param>
    public TrainedModel(VisionLanguageModel model, ComputePlan plan, Trainable learns, AdamWSettings adamW, double maxGradientNorm,
        params IReadOnlyList<Weight> heads)
    {
        _plan = plan;
        _replicas = new ModelReplicas(model, plan.Lanes);
        _lanes = [.. _replicas.Models.Select((replica, lane) => new Lane(replica, lane == 0 ? heads : [.. heads.Select(Shared)]))];
        IEnumerable<IReadOnlyList<Weight>> together = heads.Select((_, i) => (IReadOnlyList<Weight>)[.. _lanes.Select(l => l.Heads[i])]);
        Optimizer = new WeightOptimizer([.. _replicas.Weights, .. together], w => heads.Contains(w) || learns.Learns(w), adamW,
            maxGradientNorm, plan.Members);
    }

    /// <summary>The optimizer, for checkpoints.</summary>
    public WeightOptimizer Optimizer { get; }

    /// <summary>
    /// Computes a loss for every item, goes back from it and adds to the gradients; gives the losses in the order of the items. A fault,
    /// on the way forth or back, comes out as an exception and leaves no gradients behind.
    /// </summary>
    /// <param name="items">What the losses are of.</param>
    /// <param name="loss">A scalar from the lane's model, the item's number and the item; its temporaries die with the pass.</param>
    public double[] Accumulate<T>(IReadOnlyList<T> items, Func<Lane, int, T, Tensor> loss)
    {
        var losses = new double[items.Count];
        try
        {
            _plan.Compute(items, (lane, index, item) =>
            {
                using var pass = BackwardPass.Begin();
                Tensor value = loss(_lanes[lane], index, item);
                pass.Run(value);
                losses[index] = Values.Float(value);
            });
        }
        catch
        {
            Optimizer.Skip();
            throw;
        }
        return losses;
    }

    /// <summary>Computes something of every item without gradients.</summary>
    public void Ask<T>(IReadOnlyList<T> items, Action<Lane, int, T> read) => _plan.Compute(items, (lane, index, item) =>
    {
        using var _ = no_grad();
        read(_lanes[lane], index, item);
    });

    /// <summary>
    /// Sums the gradients over lanes and members, clips them, steps and empties them; gives the norm before clipping. A norm that is no
    /// number leaves the weights as they were.
    /// </summary>
    public double Update(double learningRate) => Optimizer.Update(learningRate);

    /// <summary>Forgets the gradients without using them.</summary>
    public void Forget() => Optimizer.Skip();

    /// <inheritdoc/>
    public void Dispose()
    {
        Optimizer.Dispose();
        foreach (Weight head in _lanes.Skip(1).SelectMany(l => l.Heads)) head.Dispose();
        _replicas.Dispose();
    }

    private static Weight Shared(Weight weight) =>
        new(weight.Name, weight.Shape, weight.Kind, weight.Part, weight.Decays) { Value = weight.Value.detach() };
}
