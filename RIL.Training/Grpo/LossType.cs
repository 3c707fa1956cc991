namespace RIL.Training.Grpo;

/// <summary>How token losses become one number.</summary>
public enum LossType
{
    /// <summary>Mean over each output's tokens, then over outputs.</summary>
    Grpo,

    /// <summary>Mean over all tokens of the batch.</summary>
    Bnpo,

    /// <summary>Sum divided by outputs × <c>max_completion_length</c>.</summary>
    DrGrpo,

    /// <summary>Sum divided by the tokens of the whole step, whatever the micro-batches.</summary>
    Dapo,
}
