using RIL.Training.Datasets;

namespace RIL.Training.Configuration;

// Which rows of the data sets are used.
public sealed partial record RunConfig
{
    /// <summary>Whether bad rows are left out.</summary>
    [Setting("skip_bad_rows", "Whether rows that cannot be used are left out and counted; otherwise the run does not start.")]
    public bool SkipBadRows { get; init; }

    /// <summary>Whether a data set may be without pictures.</summary>
    [Setting("allow_text_only", "Whether a data set without any picture is meant: a vision-language model then learns from text alone.")]
    public bool AllowTextOnly { get; init; }

    /// <summary>Longest prompt in tokens.</summary>
    [Setting("max_prompt_length", "Longest prompt in tokens, its pictures counted; null = no limit.", Min = 1, Max = 1_000_000)]
    public int? MaxPromptLength { get; init; }

    /// <summary>What happens with longer prompts.</summary>
    [Setting("prompt_overflow", "What happens with prompts longer than max_prompt_length: the run does not start, their rows are left "
        + "out and counted, or their text is cut from the beginning of the question (never a picture).")]
    public PromptOverflow PromptOverflow { get; init; } = PromptOverflow.Refuse;
}
