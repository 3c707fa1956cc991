using RIL.Training.Optimizers;
using RIL.Training.Ril;

namespace RIL.Training.Configuration;

// The discriminator: the warm-started student with one output, which learns to tell the student's answers (1) from the teachers' (0).
public sealed partial record RunConfig
{
    /// <summary>What the discriminator reads.</summary>
    [Setting("discriminator_input",
        "What the discriminator reads: the response alone (the paper), with the question, or with question and picture.")]
    public DiscriminatorInput DiscriminatorInput { get; init; } = DiscriminatorInput.ImageQuestionResponse;

    /// <summary>Whether the discriminator learns in the loop.</summary>
    [Setting("train_discriminator", "Whether the discriminator goes on learning in the loop; false = frozen after its pre-training.")]
    public bool TrainDiscriminator { get; init; } = true;

    /// <summary>Updates of the discriminator per step.</summary>
    [Setting("discriminator_steps", "Updates of the discriminator per batch of questions; null = num_iterations.", Min = 1, Max = 1000)]
    public int? DiscriminatorUpdatesPerBatch { get; init; }

    /// <summary>Learning rate in the loop.</summary>
    [Setting("discriminator_learning_rate", "Learning rate of the discriminator in the loop.", Min = 0, Max = 1)]
    public double DiscriminatorLearningRate { get; init; } = 1e-6;

    /// <summary>Course of the rate in the loop.</summary>
    [Setting("discriminator_lr_scheduler_type", "Course of the discriminator's learning rate over max_steps.")]
    public LearningRateSchedule DiscriminatorSchedule { get; init; } = LearningRateSchedule.Constant;

    /// <summary>Floor of the rate in the loop.</summary>
    [Setting("discriminator_lr_min_ratio", "Floor of the discriminator's learning rate as a fraction of it.", Min = 0, Max = 1)]
    public double DiscriminatorRateFloor { get; init; }

    /// <summary>Loss below which updates are skipped.</summary>
    [Setting("discriminator_loss_floor", "The discriminator skips its update while its loss (nats) is below this; 0 = never.",
        Min = 0, Max = 100)]
    public double DiscriminatorLossFloor { get; init; }

    /// <summary>Updates before the loop.</summary>
    [Setting("discriminator_pretrain_steps", "Updates of the discriminator before the loop.", Min = 0, Max = 1_000_000_000)]
    public int DiscriminatorPretrainSteps { get; init; } = 100;

    /// <summary>Answers per question and side in pre-training.</summary>
    [Setting("discriminator_pretrain_generations",
        "Answers per question from the student and from the teachers that pre-training draws from.", Min = 1, Max = 65536)]
    public int DiscriminatorPretrainCompletions { get; init; } = 16;

    /// <summary>Learning rate before the loop.</summary>
    [Setting("discriminator_pretrain_learning_rate", "Learning rate of the discriminator before the loop.", Min = 0, Max = 1)]
    public double DiscriminatorPretrainLearningRate { get; init; } = 1e-5;

    /// <summary>Course of the rate before the loop.</summary>
    [Setting("discriminator_pretrain_lr_scheduler_type", "Course of the learning rate over discriminator_pretrain_steps.")]
    public LearningRateSchedule DiscriminatorPretrainSchedule { get; init; } = LearningRateSchedule.Linear;

    /// <summary>Floor of the rate before the loop.</summary>
    [Setting("discriminator_pretrain_lr_min_ratio", "Floor of the pre-training learning rate as a fraction of it.", Min = 0, Max = 1)]
    public double DiscriminatorPretrainRateFloor { get; init; } = 0.1;
}
