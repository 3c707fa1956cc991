namespace RIL.Web.Runs;

/// <summary>Under which heading a setting stands.</summary>
public static class ConfigGroups
{
    private static readonly (string Heading, string[] Keys)[] Groups =
    [
        ("Student and data", ["student", "dataset", "sft_dataset", "eval_dataset", "validation_dataset", "min_pixels", "max_pixels", "max_prompt_length", "prompt_overflow", "skip_bad_rows", "allow_text_only"]),
        ("Teachers", ["teachers", "teachers_in_group"]),
        ("Rewards and judge", ["reward_weights", "similarity", "judge", "answer_marker", "answer_pattern", "answer_tolerance", "scale_rewards", "mask_truncated_completions", "max_idle_steps"]),
        ("Discriminator", ["train_discriminator"]),
        ("Warm start", []),
        ("Objective", ["policy", "loss_type", "importance_sampling_level", "epsilon", "epsilon_high", "beta", "use_bias_correction_kl", "num_iterations"]),
        ("Sampling", ["num_generations", "max_completion_length", "temperature", "top_p", "top_k", "min_p", "repetition_penalty"]),
        ("Optimisation", ["max_steps", "per_device_train_batch_size", "gradient_accumulation_steps", "learning_rate", "lr_scheduler_type", "warmup_steps", "lr_min_ratio", "adam_beta1", "adam_beta2", "adam_epsilon", "weight_decay", "max_grad_norm", "freeze_vision_tower", "gradient_checkpointing"]),
        ("Evaluation, checkpoints, machine", []),
    ];

    /// <summary>All headings in their order.</summary>
    public static IReadOnlyList<string> Headings { get; } = [.. Groups.Select(g => g.Heading)];

    /// <summary>The heading of a setting; new ones fall under their prefix, or under the last.</summary>
    public static string Of(string key) =>
        Groups.FirstOrDefault(g => g.Keys.Contains(key)).Heading
        ?? (key.StartsWith("discriminator_", StringComparison.Ordinal) ? "Discriminator" : key.StartsWith("sft_", StringComparison.Ordinal) ? "Warm start" : Headings[^1]);
}
