namespace RIL.Training.Ril;

/// <summary>How the discriminator's score D (1 = student) becomes the similarity reward.</summary>
public enum Similarity
{
    /// <summary>1 where D is below 0.5, else 0, as in the paper.</summary>
    Binary,

    /// <summary>1 − D.</summary>
    Graded,
}
