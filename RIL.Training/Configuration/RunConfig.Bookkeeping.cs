using RIL.Training.Torch;

namespace RIL.Training.Configuration;

// What a run writes and when, and the machine it runs on; nothing here changes what is learnt, except seed and, in the last bits, threads,
// workers and matmul.
public sealed partial record RunConfig
{
    /// <summary>Run folder.</summary>
    [Setting("output_dir", "Run folder; null = runs/ and the run's name.", MayChange = true)]
    public string? OutputDir { get; init; }

    /// <summary>Name of the run.</summary>
    [Setting("run_name", "Name of the run; null = the preset's or file's name and the time.", MayChange = true)]
    public string? RunName { get; init; }

    /// <summary>Checkpoint to go on from.</summary>
    [Setting("resume_from_checkpoint",
        "Go on from this checkpoint folder, or from the last good one of output_dir (latest); null = from the start.", MayChange = true)]
    public string? ResumeFromCheckpoint { get; init; }

    /// <summary>Whether a run goes on although its inputs changed.</summary>
    [Setting("accept_changed_inputs",
        "Whether a run goes on from a checkpoint although its data sets, kept answers or the student's files "
        + "are not what they were.", MayChange = true)]
    public bool AcceptChangedInputs { get; init; }

    /// <summary>Seed of everything random.</summary>
    [Setting("seed", "Seed of everything random; the same seed gives the same run on the same machine.", Min = 0, Max = 9007199254740991)]
    public long Seed { get; init; } = 42;

    /// <summary>Steps between metrics.</summary>
    [Setting("logging_steps", "Steps between metrics events.", Min = 1, Max = 1_000_000_000)]
    public int LoggingSteps { get; init; } = 1;

    /// <summary>Whether completions are kept.</summary>
    [Setting("log_completions", "Whether completions with their rewards are kept as parquet, every logging_steps.")]
    public bool LogCompletions { get; init; } = true;

    /// <summary>Steps between checkpoints.</summary>
    [Setting("save_steps", "Steps between checkpoints, in every stage; 0 = only at the end of a stage.", Min = 0, Max = 1_000_000_000)]
    public int SaveSteps { get; init; } = 100;

    /// <summary>Checkpoints kept.</summary>
    [Setting("save_total_limit", "Newest checkpoints kept; the last good one always is; null = all.", Min = 1,
        Max = 1_000_000, MayChange = true)]
    public int? SaveTotalLimit { get; init; } = 2;

    /// <summary>Steps between evaluations.</summary>
    [Setting("eval_steps", "Steps between evaluations during training; 0 = only at the end.", Min = 0, Max = 1_000_000_000)]
    public int EvalSteps { get; init; }

    /// <summary>Questions per evaluation.</summary>
    [Setting("eval_limit", "Questions asked per evaluation, the first of the file; 0 = all.", Min = 0, Max = 1_000_000_000)]
    public int EvalLimit { get; init; }

    /// <summary>Questions answered at a time in evaluation.</summary>
    [Setting("per_device_eval_batch_size", "Questions answered at a time in an evaluation.", Min = 1, Max = 65536)]
    public int EvalBatchSize { get; init; } = 64;

    /// <summary>How evaluation answers.</summary>
    [Setting("eval_sampling", "How the student answers in an evaluation.")]
    public EvalSampling EvalSampling { get; init; } = EvalSampling.Greedy;

    /// <summary>Evaluations without improvement after which training ends.</summary>
    [Setting("early_stopping_patience", "Evaluations during training in a row without a higher accuracy on the validation questions after "
        + "which the stage ends early; the weights stay as they are then. 0 = never; needs eval_steps.", Min = 0, Max = 1_000_000_000)]
    public int EarlyStoppingPatience { get; init; }

    /// <summary>Steps between histograms of gradients.</summary>
    [Setting("gradient_histogram_steps", "Steps between histograms of the student's gradients, one for each part of the model (vision "
        + "tower, merger, language model), before they are clipped; 0 = none.", Min = 0,
        Max = 1_000_000_000, MayChange = true)]
    public int GradientHistogramSteps { get; init; }

    /// <summary>Silence of the lease after which the run ends itself.</summary>
    [Setting("lease_timeout_s", "Seconds without a change of the file lease in the run folder after which the run ends itself with a "
        + "checkpoint, so that it does not outlive whoever watches it; 0 = never.", Min = 0,
        Max = 1_000_000, MayChange = true)]
    public double LeaseTimeout { get; init; }

    /// <summary>Where tensors live.</summary>
    [Setting("device", "Where the run computes.", MayChange = true)]
    public DeviceChoice Device { get; init; } = DeviceChoice.Auto;

    /// <summary>Whether to compute in bfloat16.</summary>
    [Setting("bf16", "Whether to compute in bfloat16; only false is possible so far, and everything is float32.")]
    public bool Bf16 { get; init; }

    /// <summary>Cores to use.</summary>
    [Setting("threads", "Cores to use; 0 = all of the machine.", Min = 0, Max = 1024, MayChange = true)]
    public int Threads { get; init; }

    /// <summary>Workers side by side.</summary>
    [Setting("workers", "Threads that compute shares of a batch side by side, with threads / workers inside an operator each; 0 = one a "
        + "core. On a GPU one pass runs at a time, and they prepare prompts and pictures.", Min = 0, Max = 1024, MayChange = true)]
    public int Workers { get; init; }

    /// <summary>Tokens of a pass.</summary>
    [Setting("tokens_per_pass", "Most tokens of a forward and backward pass, prompts included; a pass of per_device_train_batch_size "
        + "completions is cut further to fit, which changes results in the last bits only. null = by the machine.",
        Min = 1, Max = 100_000_000, MayChange = true)]
    public int? TokensPerPass { get; init; }

    /// <summary>Rows that decode together.</summary>
    [Setting("rows_decoding", "Completions that are sampled side by side; fewer take less memory. null = 256.",
        Min = 1, Max = 65536, MayChange = true)]
    public int? RowsDecoding { get; init; }

    /// <summary>Route of f32 products.</summary>
    [Setting("matmul", "Route of f32 matrix products on the CPU: fast (oneDNN where a self-check finds it exact) or default.",
        MayChange = true)]
    public MatmulRoute Matmul { get; init; } = MatmulRoute.Fast;
}
