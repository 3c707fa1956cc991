namespace RIL.Training.Grpo;

/// <summary>How token losses become one number.</summary>
public enum LossType
{
    /// <summary>Mean over each output's tokens, then over outputs.</summary>
    Grpo,

    /// <summary>Mean over the tokens of each pass, then over the passes of an update.</summary>
    Bnpo,

    /// <summary>Sum divided by outputs × <c>max_completion_length</c>.</summary>
    DrGrpo,

    /// <summary>Sum divided by the tokens of the whole step, whatever the micro-batches.</summary>
    Dapo,
}
