namespace RIL.Training.Ril;

/// <summary>The reward for sounding like a teacher, from the discriminator's score D (1 = student).</summary>
public static class SimilarityReward
{
    /// <summary>1[D &lt; 0.5] as in the paper, or 1 − D.</summary>
    public static double Of(double score, Similarity similarity) => similarity == Similarity.Graded ? 1 - score : score < 0.5 ? 1 : 0;
}
