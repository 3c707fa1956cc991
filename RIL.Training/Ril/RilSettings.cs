using RIL.Training.Grpo;

namespace RIL.Training.Ril;

/// <summary>What one step of the loop depends on besides the models; the meanings are those of the configuration's keys.</summary>
public sealed record RilSettings
{
    /// <summary>Binary or graded similarity.</summary>
    public required Similarity Similarity { get; init; }

    /// <summary>Weight of the similarity reward.</summary>
    public required double SimilarityWeight { get; init; }

    /// <summary>Weight of the answer reward.</summary>
    public required double AnswerWeight { get; init; }

    /// <summary>Whether teachers' outputs are rewarded and learnt from.</summary>
    public required bool TeachersInGroup { get; init; }

    /// <summary>Division of advantages.</summary>
    public required ScaleRewards ScaleRewards { get; init; }

    /// <summary>μ of the student.</summary>
    public required int Iterations { get; init; }

    /// <summary>Updates of the discriminator per step; 0 = frozen.</summary>
    public required int DiscriminatorUpdates { get; init; }

    /// <summary>Loss below which the discriminator does not learn; 0 = none.</summary>
    public double DiscriminatorLossFloor { get; init; }

    /// <summary>Whether truncated outputs are left out of the loss.</summary>
    public bool MaskTruncated { get; init; }
}
