namespace RIL.Training.Layers;

/// <summary>Collects the weights of a model in the order in which its parts declare them.</summary>
internal sealed class WeightSet(ModelPart part, List<Weight>? shared = null)
{
    private readonly List<Weight> _all = shared ?? [];

    public IReadOnlyList<Weight> All => _all;

    /// <summary>The same collection for another part of the model.</summary>
    public WeightSet For(ModelPart other) => new(other, _all);

    public Weight Matrix(string name, params long[] shape) => Add(name, shape, WeightKind.Matrix);

    public Weight Bias(string name, long size) => Add(name, [size], WeightKind.Bias);

    public Weight Norm(string name, long size, bool decays = false) => Add(name, [size], WeightKind.Norm, decays);

    private Weight Add(string name, long[] shape, WeightKind kind, bool? decays = null)
    {
        var weight = new Weight(name, shape, kind, part, decays);
        _all.Add(weight);
        return weight;
    }
}
