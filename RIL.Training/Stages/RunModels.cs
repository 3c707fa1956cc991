using RIL.Training.Configuration;
using RIL.Training.Models;
using RIL.Training.Preflight;
using RIL.Training.Ril;
using RIL.Training.Runs;
using RIL.Training.Safetensors;
using RIL.Training.Teachers;
using static TorchSharp.torch;

namespace RIL.Training.Stages;

/// <summary>The models of a run as they stand, and what was measured so far; stages hand them on.</summary>
internal sealed class RunModels(RunInputs inputs, VisionLanguageModel student) : IDisposable
{
    private const string DiscriminatorFile = "discriminator.safetensors",
        DiscriminatorOptimizerFile = "discriminator_optimizer.safetensors", ReferenceFile = "reference.safetensors";

    public RunInputs Inputs { get; } = inputs;

    public VisionLanguageModel Student { get; } = student;

    /// <summary>The student as it was before reinforcement; there while that lasts.</summary>
    public VisionLanguageModel? Reference { get; private set; }

    /// <summary>There from its own stage to the end of reinforcement.</summary>
    public Discriminator? Discriminator { get; private set; }

    /// <summary>What the run reads, for the checkpoints; answers that it collects itself are looked at again.</summary>
    public required InputFingerprints Read { get; init; }

    /// <summary>The fingerprints of the inputs as they stand.</summary>
    public InputFingerprints ReadNow => Read.Answers.Values.Any(a => a.Growing)
        ? Read with { Answers = InputFingerprints.OfAnswers(Inputs.Config, Inputs.Questions, Inputs.Kept) } : Read;

    public List<ModelAccuracy> Evaluations { get; } = [];

    /// <summary>Tokens that the student was trained on so far, prompts included.</summary>
    public long Tokens { get; set; }

    /// <summary>What a checkpoint holds of the discriminator; empty where there is none.</summary>
    public IReadOnlyList<(string File, IReadOnlyList<(string Name, Tensor Value)> Tensors)> DiscriminatorFiles =>
        Discriminator is null ? []
            : [(DiscriminatorFile, Discriminator.State()), (DiscriminatorOptimizerFile, Discriminator.AdamW.State())];

    /// <summary>What a checkpoint holds of the reference.</summary>
    public (string File, IReadOnlyList<(string Name, Tensor Value)> Tensors) ReferenceWeights => (ReferenceFile, Weights(Reference!));

    /// <summary>
    /// Copies the tensors of a checkpoint's file into those of the same name, one after the other and straight from the mapped file:
    /// nothing but a tensor's pages is in memory beside them.
    /// </summary>
    public static void Copy(Checkpoint checkpoint, string file, IReadOnlyList<(string Name, Tensor Value)> into)
    {
        using var _ = no_grad();
        using SafetensorsFile stored = checkpoint.Open(file);
        foreach ((string name, Tensor value) in into)
        {
            using var scope = NewDisposeScope();
            value.copy_(stored.Map(name));
        }
    }

    /// <summary>Makes the discriminator, on the student as it stands or, where a checkpoint is given, as it was then.</summary>
    public void MakeDiscriminator(Checkpoint? checkpoint)
    {
        Discriminator = Discriminator.From(Student, Inputs.Plan, Inputs.Seed + 1, Inputs.Config.FreezeVisionTower, Inputs.Config.AdamW,
            Inputs.Config.MaxGradNorm);
        if (checkpoint is null) return;
        Copy(checkpoint, DiscriminatorFile, Discriminator.State());
        Copy(checkpoint, DiscriminatorOptimizerFile, Discriminator.AdamW.State());
    }

    /// <summary>Makes the reference, from the student as it stands or, where a checkpoint is given, as it was then.</summary>
    public void MakeReference(Checkpoint? checkpoint)
    {
        Reference = ModelCatalog.Clone(Student);
        if (checkpoint is not null) Copy(checkpoint, ReferenceFile, Weights(Reference));
    }

    /// <summary>Where the outputs of the discriminator's stage and of the loop come from.</summary>
    public StudentRollouts NewRollouts()
    {
        RunConfig config = Inputs.Config;
        TeacherDraw? draw = config.UsesDiscriminator || config.TeachersInGroup
            ? new TeacherDraw(Inputs.Kept, config.TeacherShares, Inputs.Seed) : null;
        return new StudentRollouts(Student, Inputs.Plan, Inputs.Encoder, Inputs.Questions, config.PromptsPerStep,
            config.CompletionsPerPrompt,
            Inputs.Sampling, draw, Inputs.Seed);
    }

    /// <summary>Frees what only training needs.</summary>
    public void FreeHelpers()
    {
        Reference?.Dispose();
        Discriminator?.Dispose();
        (Reference, Discriminator) = (null, null);
    }

    public void Dispose()
    {
        FreeHelpers();
        Student.Dispose();
    }

    private static IReadOnlyList<(string Name, Tensor Value)> Weights(VisionLanguageModel model) =>
        [.. model.Weights.Select(w => (w.Name, w.Value))];
}
