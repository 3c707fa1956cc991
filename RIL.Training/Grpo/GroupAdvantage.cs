namespace RIL.Training.Grpo;

/// <summary>
/// An output's reward and the group it belongs to; null = it takes no part (a judge abstained, or teachers are not in the group).
/// </summary>
public readonly record struct GroupedReward(int Group, double? Reward);

/// <summary>Advantages of the outputs of a step, and how the groups' rewards spread.</summary>
/// <param name="Values">One per output; 0 for those that take no part.</param>
/// <param name="MeanStandardDeviation">Mean of the rewards' standard deviation, over groups with rewards; null where none has.</param>
/// <param name="ZeroSpreadFraction">Part of these groups whose rewards are all equal: they carry no signal.</param>
public sealed record Advantages(double[] Values, double? MeanStandardDeviation, double? ZeroSpreadFraction);

/// <summary>
/// A_i = R_i − mean of the group (Liu et al. 2025, Dr.GRPO), divided by a standard deviation where asked for (Shao et al. 2024, GRPO).
/// </summary>
public static class GroupAdvantage
{
    private const double Epsilon = 1e-4; // TRL's

    /// <summary>Advantages of all outputs; groups without any reward get none.</summary>
    public static Advantages Of(IReadOnlyList<GroupedReward> outputs, ScaleRewards scale)
    {
        var values = new double[outputs.Count];
        double batchDeviation = StandardDeviation([.. outputs.Where(o => o.Reward is not null).Select(o => o.Reward!.Value)]);
        var deviations = new List<double>();
        foreach (IGrouping<int, int> group in Enumerable.Range(0, outputs.Count).Where(i => outputs[i].Reward is not null)
            .GroupBy(i => outputs[i].Group))
        {
            double[] rewards = [.. group.Select(i => outputs[i].Reward!.Value)];
            double mean = rewards.Average(), deviation = StandardDeviation(rewards);
            deviations.Add(deviation);
            double divisor = scale switch
            {
                ScaleRewards.Group => deviation + Epsilon,
                ScaleRewards.Batch => batchDeviation + Epsilon,
                _ => 1,
            };
            foreach (int i in group) values[i] = (outputs[i].Reward!.Value - mean) / divisor;
        }
        return new Advantages(values, deviations.Count == 0 ? null : deviations.Average(), deviations.Count == 0 ? null
            : deviations.Count(d => d < 1e-8) / (double)deviations.Count);
    }

    // Unbiased, as torch.std; 0 for a single value.
    private static double StandardDeviation(double[] values)
    {
        if (values.Length < 2) return 0;
        double mean = values.Average();
        return Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
    }
}
