using RIL.Training.Layers;

namespace RIL.Training.Training;

/// <summary>Which parts of a model learn; all others keep their weights and are given no gradients.</summary>
public sealed record Trainable(IReadOnlyList<ModelPart> Parts)
{
    /// <summary>Every part.</summary>
    public static Trainable All { get; } = new(Enum.GetValues<ModelPart>());

    /// <summary>All parts but the frozen ones.</summary>
    public static Trainable AllBut(params IReadOnlyList<ModelPart> frozen) => new([.. All.Parts.Except(frozen)]);

    /// <summary>What a run's student learns: everything, or everything but the vision tower (its merger learns in any case).</summary>
    public static Trainable Student(bool freezeVisionTower) => freezeVisionTower ? AllBut(ModelPart.VisionTower) : All;

    /// <summary>The same without one more part.</summary>
    public Trainable Without(ModelPart part) => new([.. Parts.Where(p => p != part)]);

    /// <summary>Whether a weight learns.</summary>
    public bool Learns(Weight weight) => Parts.Contains(weight.Part);
}
