using RIL.Training.Models;
using RIL.Training.Ril;
using RIL.Training.Runs;
using RIL.Training.Safetensors;
using static TorchSharp.torch;

namespace RIL.Training.Stages;

/// <summary>The models of a run as they stand, and what was measured so far; stages hand them on.</summary>
internal sealed class RunModels(RunInputs inputs, VisionLanguageModel student) : IDisposable
{
    public RunInputs Inputs { get; } = inputs;

    public VisionLanguageModel Student { get; } = student;

    /// <summary>The student as it was before reinforcement; there from the discriminator's stage on.</summary>
    public VisionLanguageModel? Reference { get; set; }

    public Discriminator? Discriminator { get; set; }

    public List<ModelAccuracy> Evaluations { get; } = [];

    /// <summary>Tokens that the student was trained on so far, prompts included.</summary>
    public long Tokens { get; set; }

    public static IReadOnlyList<(string Name, Tensor Value)> Weights(VisionLanguageModel model) =>
        [.. model.Weights.Select(w => (w.Name, w.Value))];

    /// <summary>Copies the tensors of a checkpoint's file into those of the same name.</summary>
    public static void Copy(Checkpoint checkpoint, string file, IReadOnlyList<(string Name, Tensor Value)> into)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using SafetensorsFile stored = checkpoint.Open(file);
        foreach ((string name, Tensor value) in into) value.copy_(stored.Read(name));
    }

    /// <summary>A new discriminator on the student as it stands.</summary>
    public Discriminator NewDiscriminator() =>
        Discriminator.From(Student, Inputs.Seed + 1, Inputs.Config.FreezeVisionTower, Inputs.Config.AdamW, Inputs.Config.MaxGradNorm);

    public void Dispose()
    {
        Student.Dispose();
        Reference?.Dispose();
        Discriminator?.Dispose();
    }
}
