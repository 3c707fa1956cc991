using RIL.Training.Grpo;
using RIL.Training.Ril;

namespace RIL.Training.Configuration;

// Sampling, rewards and the objective.
public sealed partial record RunConfig
{
    /// <summary>Whether the student is trained by reinforcement.</summary>
    [Setting("policy", "Whether the student is trained by reinforcement after its warm start.")]
    public PolicyStage Policy { get; init; } = PolicyStage.Grpo;

    /// <summary>G.</summary>
    [Setting("num_generations", "G: answers the student samples per question, and teacher answers that join them.", Min = 1, Max = 4096)]
    public int CompletionsPerPrompt { get; init; } = 4;

    /// <summary>Longest completion in tokens.</summary>
    [Setting("max_completion_length", "Longest completion in tokens; also the length normaliser of loss_type: dr_grpo.",
        Min = 1, Max = 131072)]
    public int MaxCompletionLength { get; init; } = 256;

    /// <summary>Sampling temperature.</summary>
    [Setting("temperature", "Sampling temperature; log-probabilities are taken at it too.", Min = 0.001, Max = 100)]
    public double Temperature { get; init; } = 1.0;

    /// <summary>Nucleus sampling.</summary>
    [Setting("top_p", "Sampling keeps the likeliest tokens up to this probability; 1 = all.", Min = 0, AboveMin = true, Max = 1)]
    public double TopP { get; init; } = 0.95;

    /// <summary>Top-k sampling.</summary>
    [Setting("top_k", "Sampling keeps this many of the likeliest tokens; 0 = all.", Min = 0, Max = 10_000_000)]
    public int TopK { get; init; } = 50;

    /// <summary>Min-p sampling.</summary>
    [Setting("min_p", "Sampling keeps tokens at least this fraction as likely as the likeliest; 0 = all.", Min = 0, Max = 1)]
    public double MinP { get; init; }

    /// <summary>Repetition penalty.</summary>
    [Setting("repetition_penalty", "Sampling makes tokens already seen less likely by this factor on the logits; 1 = not.",
        Min = 0.1, Max = 10)]
    public double RepetitionPenalty { get; init; } = 1.05;

    /// <summary>Similarity reward.</summary>
    [Setting("similarity", "The similarity reward: binary (1 where the discriminator's score is below 0.5) or graded (1 - score).")]
    public Similarity Similarity { get; init; } = Similarity.Binary;

    /// <summary>Weights of the rewards.</summary>
    [Setting("reward_weights", "Weights of the rewards: {similarity, answer}, or a list in this order. Similarity 0 leaves the "
        + "discriminator out.")]
    public RewardWeights RewardWeights { get; init; } = new();

    /// <summary>Whether teacher outputs are in the group.</summary>
    [Setting("teachers_in_group",
        "Whether the teachers' answers are rewarded and learnt from beside the student's (2G outputs), or only shown to the "
            + "discriminator.")]
    public bool TeachersInGroup { get; init; } = true;

    /// <summary>Division of advantages.</summary>
    [Setting("scale_rewards", "What advantages are divided by: none, the group's or the batch's standard deviation.")]
    public ScaleRewards ScaleRewards { get; init; } = ScaleRewards.None;

    /// <summary>Aggregation of token losses.</summary>
    [Setting("loss_type", "How token losses become one number.")]
    public LossType LossType { get; init; } = LossType.DrGrpo;

    /// <summary>Level of the probability ratios.</summary>
    [Setting("importance_sampling_level", "Whether probability ratios are per token or per output (GSPO).")]
    public ImportanceSamplingLevel ImportanceSamplingLevel { get; init; } = ImportanceSamplingLevel.Token;

    /// <summary>Lower clipping bound.</summary>
    [Setting("epsilon", "Ratios are clipped below 1 - epsilon.", Min = 0, Max = 100)]
    public double Epsilon { get; init; } = 0.2;

    /// <summary>Upper clipping bound.</summary>
    [Setting("epsilon_high", "Ratios are clipped above 1 + epsilon_high; null = epsilon.", Min = 0, Max = 100)]
    public double? EpsilonHigh { get; init; }

    /// <summary>Idle steps that end a run.</summary>
    [Setting("max_idle_steps", "Steps in a row from which nothing can be learnt (all outputs abstained on, masked, or, with beta 0, of "
        + "equal rewards) after which the run ends and says why; 0 = never.", Min = 0, Max = 1e9, MayChange = true)]
    public int MaxIdleSteps { get; init; } = 10;

    /// <summary>Weight of the KL term.</summary>
    [Setting("beta", "Weight of the KL divergence from the warm-started student; with 0 training drifts.", Min = 0, Max = 100)]
    public double Beta { get; init; } = 0.01;

    /// <summary>Whether the KL term is corrected for the ratio.</summary>
    [Setting("use_bias_correction_kl",
        "Whether the KL term of a token is multiplied by its probability ratio (with the ratio's gradient), as TRL does by default.")]
    public bool CorrectsKl { get; init; }

    /// <summary>μ.</summary>
    [Setting("num_iterations", "Updates of the student per batch of questions.", Min = 1, Max = 1000)]
    public int UpdatesPerBatch { get; init; } = 1;

    /// <summary>Whether truncated completions are left out.</summary>
    [Setting("mask_truncated_completions", "Whether completions cut off at max_completion_length are left out of the loss.")]
    public bool MaskTruncatedCompletions { get; init; }
}
