namespace RIL.Training.Configuration;

/// <summary>How answers are chosen when the student is evaluated.</summary>
public enum EvalSampling
{
    /// <summary>The likeliest token each time.</summary>
    Greedy,

    /// <summary>Drawn with the run's sampling settings.</summary>
    Sample,
}
