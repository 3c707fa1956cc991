using RIL.Training.Layers;

namespace RIL.Training.Models;

/// <summary>
/// One model and further models on the same weights, one for each worker. Every replica has gradients of its own: workers run forward and
/// backward side by side on their shares of a batch, and the gradients are added up afterwards in the order of the replicas, so that the
/// sum is the same every time.
/// </summary>
public sealed class ModelReplicas : IDisposable
{
    /// <summary>
    /// Makes <paramref name="count"/> − 1 further models on the weights of <paramref name="model"/>, which stays the caller's.
    /// </summary>
    public ModelReplicas(VisionLanguageModel model, int count) =>
        Models = [model, .. Enumerable.Range(1, count - 1).Select(_ => ModelCatalog.Share(model))];

    /// <summary>The models by worker; the first is the original.</summary>
    public IReadOnlyList<VisionLanguageModel> Models { get; }

    /// <summary>The same weight in every replica, for each of the model's weights.</summary>
    public IEnumerable<IReadOnlyList<Weight>> Weights =>
        Models[0].Weights.Select((_, i) => (IReadOnlyList<Weight>)[.. Models.Select(m => m.Weights[i])]);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (VisionLanguageModel replica in Models.Skip(1)) replica.Dispose();
    }
}
