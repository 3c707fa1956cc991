namespace RIL.Training.Configuration;

/// <summary>How much each reward counts.</summary>
/// <param name="Similarity">Weight of "sounds like the teachers".</param>
/// <param name="Answer">Weight of "is right".</param>
public sealed record RewardWeights(double Similarity = 1, double Answer = 1);
