namespace RIL.Training.Grpo;

/// <summary>Whether a probability ratio belongs to a token or to a whole output.</summary>
public enum ImportanceSamplingLevel
{
    /// <summary>One ratio a token (GRPO).</summary>
    Token,

    /// <summary>One ratio an output, the geometric mean of its tokens' (GSPO).</summary>
    Sequence,
}
