namespace RIL.Training.Optimizers;

/// <summary>Course of a learning rate after its linear warm-up.</summary>
public enum LearningRateSchedule
{
    /// <summary>Stays.</summary>
    Constant,

    /// <summary>Falls along a line to its floor.</summary>
    Linear,

    /// <summary>Falls along half a cosine to its floor.</summary>
    Cosine,

    /// <summary>Stays, after a warm-up (Hugging Face's name for a constant rate with one).</summary>
    ConstantWithWarmup,
}
