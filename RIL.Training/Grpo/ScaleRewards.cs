namespace RIL.Training.Grpo;

/// <summary>What advantages are divided by.</summary>
public enum ScaleRewards
{
    /// <summary>Nothing (Dr.GRPO).</summary>
    None,

    /// <summary>Standard deviation of the group (GRPO).</summary>
    Group,

    /// <summary>Standard deviation of the step's batch.</summary>
    Batch,
}
