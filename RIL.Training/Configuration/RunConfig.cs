using RIL.Training.Rewards;

namespace RIL.Training.Configuration;

/// <summary>
/// Everything a run depends on, in one immutable record. In files it is one flat document with TRL's names where TRL has the setting.
/// Defaults are those of RIL (Lee et al., arXiv 2510.19307) where the paper gives them, else TRL's.
/// </summary>
/// <remarks>
/// The other parts of the record: sampling and objective, discriminator, optimisation, warm start, bookkeeping and machine.
/// </remarks>
public sealed partial record RunConfig
{
    /// <summary>Checkpoint of the student.</summary>
    [Setting("student", "Checkpoint folder (Hugging Face layout) that the student starts from.")]
    public string Student { get; init; } = "";

    /// <summary>Training questions.</summary>
    [Setting("dataset", "Training questions: a .jsonl or .parquet file, or a folder.")]
    public string Dataset { get; init; } = "";

    /// <summary>Questions of the warm start.</summary>
    [Setting("sft_dataset", "Questions and answers of supervised fine-tuning; null = dataset.")]
    public string? SftDataset { get; init; }

    /// <summary>Held-out questions of the closing evaluation.</summary>
    [Setting("eval_dataset", "Held-out questions of the closing evaluation; null = no evaluation.")]
    public string? EvalDataset { get; init; }

    /// <summary>Held-out questions for tuning.</summary>
    [Setting("validation_dataset", "Held-out questions asked every eval_steps during training, for tuning; null = eval_dataset.")]
    public string? ValidationDataset { get; init; }

    /// <summary>The teachers whose kept answers the student imitates.</summary>
    [Setting("teachers", "Teachers: a list of {name, answers: file of kept answers, weight: share of the group's teacher outputs relative "
        + "to the others, checkpoint: optional model folder}.")]
    public IReadOnlyList<TeacherSource> Teachers { get; init; } = [];

    /// <summary>Rule of the judge.</summary>
    [Setting("judge", "Rule by which an answer counts as right: exact text, numeric, multiple_choice, after_marker, or math (expressions, "
        + "LaTeX).")]
    public JudgeRule Judge { get; init; } = JudgeRule.Exact;

    /// <summary>Text after which the answer stands.</summary>
    [Setting("answer_marker", "The judge reads what follows the last occurrence of this text (needed by judge: after_marker and "
        + "answer_pattern: marker).")]
    public string? AnswerMarker { get; init; }

    /// <summary>Where the answer stands.</summary>
    [Setting("answer_pattern", "Where the judge finds the answer: tags = <answer>…</answer>, boxed = \\boxed{…}, marker = after "
        + "answer_marker, "
        + "whole = all of it, auto = the first of these that is there, or after words like 'the answer is'.")]
    public AnswerPattern AnswerPattern { get; init; } = AnswerPattern.Auto;

    /// <summary>Share by which numbers may differ.</summary>
    [Setting("answer_tolerance", "Share of the larger number by which two numbers may differ and count as equal (numeric, math); null = "
        + "1e-6 "
        + "for numbers with decimals, and 0 for whole ones and fractions.", Min = 0, Max = 1)]
    public double? AnswerTolerance { get; init; }

    /// <summary>Smallest picture area.</summary>
    [Setting("min_pixels", "Smallest picture area in pixels, smaller ones are enlarged; null = the checkpoint's own.",
        Min = 1, Max = 67_108_864)]
    public int? MinPixels { get; init; }

    /// <summary>Largest picture area.</summary>
    [Setting("max_pixels", "Largest picture area in pixels, larger ones are reduced; null = the checkpoint's own.",
        Min = 1, Max = 67_108_864)]
    public int? MaxPixels { get; init; }
}
