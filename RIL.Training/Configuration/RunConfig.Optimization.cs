using RIL.Training.Optimizers;

namespace RIL.Training.Configuration;

// Batches, learning rates and AdamW; the warm start's own.
public sealed partial record RunConfig
{
    /// <summary>Turns of the loop.</summary>
    [Setting("max_steps", "Steps of the loop: each samples a batch of questions and makes num_iterations updates on it, all at the rate "
        + "of the step. TRL counts updates instead: with num_iterations: 2, half of its max_steps is the same training here.",
        Min = 0, Max = 1_000_000_000)]
    public int MaxSteps { get; init; } = 1000;

    /// <summary>Student completions per forward and backward pass.</summary>
    [Setting("per_device_train_batch_size",
        "Student completions per forward and backward pass, of the student and of the discriminator; fewer take less memory. As many "
        + "teacher answers come on top, each in the pass of the student's completion of the same place in its group. A pass that exceeds "
        + "tokens_per_pass is cut further.",
        Min = 1, Max = 16384)]
    public int CompletionsPerPass { get; init; } = 8;

    /// <summary>Passes per update.</summary>
    [Setting("gradient_accumulation_steps",
        "Passes per update, also what loss_type: bnpo averages over; times per_device_train_batch_size, divided by num_generations = "
        + "questions per step.", Min = 1, Max = 16384)]
    public int PassesPerUpdate { get; init; } = 18;

    /// <summary>Learning rate of the student in the loop.</summary>
    [Setting("learning_rate", "Learning rate of the student in the loop.", Min = 0, Max = 1)]
    public double LearningRate { get; init; } = 1e-6;

    /// <summary>Course of the rate.</summary>
    [Setting("lr_scheduler_type", "Course of the learning rate over max_steps.")]
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Constant;

    /// <summary>Warm-up in steps.</summary>
    [Setting("warmup_steps", "Steps over which the learning rate rises from 0.", Min = 0, Max = 1_000_000_000)]
    public int WarmupSteps { get; init; }

    /// <summary>Floor of the rate.</summary>
    [Setting("lr_min_ratio", "Floor of the learning rate as a fraction of it.", Min = 0, Max = 1)]
    public double RateFloor { get; init; }

    /// <summary>AdamW's β₁.</summary>
    [Setting("adam_beta1", "Decay of AdamW's mean of gradients, for every optimizer of the run.", Min = 0, Max = 0.999999)]
    public double AdamBeta1 { get; init; } = 0.9;

    /// <summary>AdamW's β₂.</summary>
    [Setting("adam_beta2", "Decay of AdamW's mean of squared gradients.", Min = 0, Max = 0.9999999)]
    public double AdamBeta2 { get; init; } = 0.999;

    /// <summary>AdamW's ε.</summary>
    [Setting("adam_epsilon", "Added to AdamW's denominator.", Min = 1e-15, Max = 1)]
    public double AdamEpsilon { get; init; } = 1e-8;

    /// <summary>Weight decay.</summary>
    [Setting("weight_decay", "AdamW's weight decay, on everything but biases and norms.", Min = 0, Max = 10)]
    public double WeightDecay { get; init; }

    /// <summary>Largest gradient norm.</summary>
    [Setting("max_grad_norm", "Gradients are scaled down to this norm; 0 = never.", Min = 0, Max = 1_000_000)]
    public double MaxGradNorm { get; init; } = 1.0;

    /// <summary>Whether the vision tower stays in the loop.</summary>
    [Setting("freeze_vision_tower",
        "Whether the vision tower (not its merger) keeps its weights in the loop, for student and discriminator.")]
    public bool FreezeVisionTower { get; init; } = true;

    /// <summary>Whether activations are computed twice to save memory.</summary>
    [Setting("gradient_checkpointing", "Whether layers are computed again in the backward pass, to save memory.")]
    public bool GradientCheckpointing { get; init; }

    /// <summary>Updates of the warm start.</summary>
    [Setting("sft_steps", "Updates of supervised fine-tuning before everything else; 0 = by sft_epochs.", Min = 0, Max = 1_000_000_000)]
    public int SftSteps { get; init; }

    /// <summary>Passes of the warm start over its data.</summary>
    [Setting("sft_epochs", "Passes of supervised fine-tuning over its data where sft_steps is 0; 0 = the student is fine-tuned already.",
        Min = 0, Max = 1000)]
    public double SftEpochs { get; init; }

    /// <summary>What the warm start imitates.</summary>
    [Setting("sft_source", "Whose answers supervised fine-tuning imitates.")]
    public SftSource SftSource { get; init; } = SftSource.GroundTruth;

    /// <summary>Shortest long answer.</summary>
    [Setting("sft_long_answer_tokens", "Tokens from which an answer is long, for sft_source: right_long_teacher_answers.",
        Min = 1, Max = 131072)]
    public int SftLongAnswerTokens { get; init; } = 10;

    /// <summary>Answers per update of the warm start.</summary>
    [Setting("sft_batch_size", "Answers per update of supervised fine-tuning.", Min = 1, Max = 65536)]
    public int SftBatchSize { get; init; } = 64;

    /// <summary>Learning rate of the warm start.</summary>
    [Setting("sft_learning_rate", "Learning rate of supervised fine-tuning.", Min = 0, Max = 1)]
    public double SftLearningRate { get; init; } = 1e-5;

    /// <summary>Course of the warm start's rate.</summary>
    [Setting("sft_lr_scheduler_type", "Course of the learning rate over supervised fine-tuning.")]
    public LearningRateSchedule SftSchedule { get; init; } = LearningRateSchedule.Linear;

    /// <summary>Warm-up of the warm start.</summary>
    [Setting("sft_warmup_steps", "Updates over which the learning rate of supervised fine-tuning rises from 0.", Min = 0,
        Max = 1_000_000_000)]
    public int SftWarmupSteps { get; init; }

    /// <summary>Floor of the warm start's rate.</summary>
    [Setting("sft_lr_min_ratio", "Floor of the learning rate of supervised fine-tuning as a fraction of it.", Min = 0, Max = 1)]
    public double SftRateFloor { get; init; } = 0.1;

    /// <summary>Whether the vision tower stays in the warm start.</summary>
    [Setting("sft_freeze_vision_tower",
        "Whether the vision tower keeps its weights in supervised fine-tuning; null = as freeze_vision_tower.")]
    public bool? SftFreezeVisionTower { get; init; }
}
