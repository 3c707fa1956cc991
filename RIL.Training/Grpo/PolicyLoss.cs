using RIL.Training.Torch;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Training.Grpo;

/// <summary>
/// Settings of the objective; names as in the configuration. <paramref name="CorrectsKl"/> multiplies the KL term by the ratio.
/// </summary>
public sealed record PolicyLossSettings(LossType LossType, ImportanceSamplingLevel Level, double Epsilon, double EpsilonHigh, double Beta,
    int MaxCompletionLength, bool CorrectsKl = false);

/// <summary>What a loss needs to know of its tokens, all packed row by row: [N] tensors and the length of each row.</summary>
/// <param name="OldLogProbabilities">log π_old of each token, or null where the policy has not changed since sampling: every ratio starts
/// at 1.</param>
/// <param name="ReferenceLogProbabilities">log π_ref of each token, or null where β is 0.</param>
/// <param name="Advantages">Advantage of each token's row.</param>
/// <param name="TokenWeights">Weight of each token in the sum, from <see cref="PolicyLoss.RowWeights"/>; 0 = masked.</param>
/// <param name="RowLengths">Tokens of each row.</param>
public sealed record PolicyTokens(Tensor? OldLogProbabilities, Tensor? ReferenceLogProbabilities, Tensor Advantages, Tensor TokenWeights,
    IReadOnlyList<int> RowLengths);

/// <summary>Sums over counted tokens, to be divided by their number; ratios are counted per token, or per row at sequence level.</summary>
public sealed record PolicyStatistics(double Kl, double ClippedLow, double ClippedHigh, double Tokens, double Ratios)
{
    /// <summary>Nothing counted.</summary>
    public static readonly PolicyStatistics None = new(0, 0, 0, 0, 0);

    /// <summary>The sums of both.</summary>
    public PolicyStatistics Plus(PolicyStatistics other) =>
        new(Kl + other.Kl, ClippedLow + other.ClippedLow, ClippedHigh + other.ClippedHigh, Tokens + other.Tokens, Ratios + other.Ratios);
}

/// <summary>
/// Equation 2 as a loss: Σ_t w_t [ −min(r_t A_t, clip(r_t, 1−ε, 1+ε_high) A_t) + β k3_t ], r = π/π_old per token or the geometric mean of
/// a row (GSPO), k3 = exp(log π_ref − log π) − (log π_ref − log π) − 1 (Schulman 2020). The weights w carry the normalisation, so
/// micro-batches add up exactly.
/// </summary>
public static class PolicyLoss
{
    // No policy that is worth a step moves a token's probability by e^20; beyond, exp goes on along its tangent, so that one stray token
    // neither overflows nor loses its pull back.
    private const double LargestExponent = 20;

    /// <summary>
    /// Weight of every token of a whole step: grpo 1 / (rows · length of the row), dapo 1 / tokens, bnpo 1 / (passes · tokens of the
    /// row's pass), dr_grpo 1 / (rows · max_completion_length). Rows with <paramref name="counted"/> false are masked and do not count as
    /// tokens; <paramref name="rows"/> is the number that divides; without <paramref name="passes"/> the step is one.
    /// </summary>
    public static double[] RowWeights(LossType type, IReadOnlyList<int> rowLengths, IReadOnlyList<bool> counted, int rows,
        int maxCompletionLength, Passes? passes = null)
    {
        int count = type == LossType.Bnpo ? passes?.Count ?? 1 : 1;
        int Pass(int row) => type == LossType.Bnpo ? passes?.OfOutput[row] ?? 0 : 0;
        var tokens = new double[count];
        for (int row = 0; row < rowLengths.Count; row++) if (counted[row]) tokens[Pass(row)] += rowLengths[row];
        return [.. rowLengths.Select((length, i) => !counted[i] ? 0 : type switch
        {
            LossType.Grpo => 1.0 / (rows * Math.Max(1, length)),
            LossType.DrGrpo => 1.0 / ((double)rows * maxCompletionLength),
            _ => 1.0 / (count * Math.Max(1, tokens[Pass(i)])),
        })];
    }

    /// <summary>Repeats a value per row for every token of the row: [N].</summary>
    public static Tensor PerToken(IReadOnlyList<double> rows, IReadOnlyList<int> rowLengths, Device device) =>
        tensor(rows.SelectMany((value, i) => Enumerable.Repeat((float)value, rowLengths[i])).ToArray(), device: device);

    /// <summary>The loss (a scalar with gradient to <paramref name="logProbabilities_N"/>) and its statistics.</summary>
    public static (Tensor Loss, PolicyStatistics Statistics) Of(Tensor logProbabilities_N, PolicyTokens tokens,
        PolicyLossSettings settings)
    {
        using var scope = NewDisposeScope();
        Tensor old = tokens.OldLogProbabilities ?? logProbabilities_N.detach();
        Tensor logRatio = logProbabilities_N.sub(old);
        if (settings.Level == ImportanceSamplingLevel.Sequence) logRatio = MeanOfRow(logRatio, tokens.RowLengths);
        Tensor ratio = BoundedExp(logRatio);
        Tensor clipped = ratio.clamp(Scalars.Of(1 - settings.Epsilon), Scalars.Of(1 + settings.EpsilonHigh));
        Tensor loss = minimum(ratio.mul(tokens.Advantages), clipped.mul(tokens.Advantages)).neg();
        Tensor? divergence = null;
        if (tokens.ReferenceLogProbabilities is not null)
        {
            Tensor difference = tokens.ReferenceLogProbabilities.sub(logProbabilities_N);
            divergence = BoundedExp(difference).sub(difference).sub(Scalars.One);
            if (settings.CorrectsKl) divergence = divergence.mul(ratio);
            if (settings.Beta != 0) loss = loss.add(divergence, Scalars.Of(settings.Beta));
        }
        Tensor total = loss.mul(tokens.TokenWeights).sum();
        return (total.MoveToOuterDisposeScope(), Statistics(ratio, divergence, tokens, settings));
    }

    private static Tensor BoundedExp(Tensor x) => x.clamp_max(Scalars.Of(LargestExponent)).exp()
        .mul(x.sub(Scalars.Of(LargestExponent)).relu().add(Scalars.One, Scalars.One));

    private static Tensor MeanOfRow(Tensor values_N, IReadOnlyList<int> rowLengths)
    {
        long[] rowOfToken = [.. rowLengths.SelectMany((length, row) => Enumerable.Repeat((long)row, length))];
        Tensor index = tensor(rowOfToken, device: values_N.device);
        Tensor lengths = tensor(rowLengths.Select(l => (float)Math.Max(1, l)).ToArray(), device: values_N.device);
        return zeros(rowLengths.Count, device: values_N.device).index_add(0, index, values_N,
            Scalars.One).div(lengths).index_select(0, index);
    }

    private static PolicyStatistics Statistics(Tensor ratio_N, Tensor? divergence_N, PolicyTokens tokens, PolicyLossSettings settings)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        float[] ratios = Values.Floats(ratio_N), advantages = Values.Floats(tokens.Advantages),
            weights = Values.Floats(tokens.TokenWeights);
        float[]? divergences = divergence_N is null ? null : Values.Floats(divergence_N);
        bool perRow = settings.Level == ImportanceSamplingLevel.Sequence;
        double kl = 0, low = 0, high = 0, counted = 0, compared = 0;
        for (int row = 0, t = 0; row < tokens.RowLengths.Count; row++)
            for (int i = 0; i < tokens.RowLengths[row]; i++, t++)
            {
                if (weights[t] == 0) continue;
                counted++;
                kl += divergences?[t] ?? 0;
                if (perRow && i > 0) continue;
                compared++;
                if (ratios[t] < 1 - settings.Epsilon && advantages[t] < 0) low++;
                if (ratios[t] > 1 + settings.EpsilonHigh && advantages[t] > 0) high++;
            }
        return new PolicyStatistics(kl, low, high, counted, compared);
    }
}
