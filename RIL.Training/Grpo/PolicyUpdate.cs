using System.Diagnostics;
using RIL.Training.Models;
using RIL.Training.Optimizers;
using RIL.Training.Torch;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Training.Grpo;

/// <summary>What one update of the policy gave.</summary>
/// <param name="Loss">The objective as a loss.</param>
/// <param name="GradientNorm">Norm before clipping.</param>
/// <param name="Statistics">Sums over the tokens that counted.</param>
public sealed record PolicyUpdateResult(double Loss, double GradientNorm, PolicyStatistics Statistics);

/// <summary>
/// Updates the policy μ times on the outputs of a step (Equation 2). The reference is asked once; the old log-probabilities are those of
/// the first update's own forward pass, taken before any weight moves, so they cost nothing; outputs that take no part are not computed at
/// all.
/// </summary>
public sealed class PolicyUpdate : IDisposable
{
    private readonly ComputePlan _plan;
    private readonly TrainedModel _policy;
    private readonly VisionLanguageModel _reference;
    private readonly PolicyLossSettings _settings;
    private readonly double _temperature;

    /// <summary>
    /// Trains <paramref name="policy"/> (its vision tower too unless frozen) towards the advantages, held by <paramref name="reference"/>.
    /// </summary>
    public PolicyUpdate(
        VisionLanguageModel policy, VisionLanguageModel reference, ComputePlan plan, bool freezeVisionTower,
        PolicyLossSettings settings, double temperature,
        AdamWSettings adamW, double maxGradientNorm)
    {
        _plan = plan;
        _policy = new TrainedModel(policy, plan, Trainable.Student(freezeVisionTower), adamW, maxGradientNorm);
        _reference = reference;
        _settings = settings;
        _temperature = temperature;
    }

    /// <summary>The optimizer, for checkpoints.</summary>
    public WeightOptimizer Optimizer => _policy.Optimizer;

    /// <summary>Seconds that the reference took in the last step.</summary>
    public double ReferenceSeconds { get; private set; }

    /// <summary>Log-probabilities of the last step's outputs before its updates, by output; null where an output took no part.</summary>
    public IReadOnlyList<float[]?> OldLogProbabilities { get; private set; } = [];

    /// <summary>The reference's log-probabilities of the last step's outputs.</summary>
    public IReadOnlyList<float[]?> ReferenceLogProbabilities { get; private set; } = [];

    /// <summary>μ updates.</summary>
    /// <param name="groups">The step's questions.</param>
    /// <param name="advantages">One per output, group by group.</param>
    /// <param name="member">Whether an output is in its group; the others are left out and do not count in the normaliser.</param>
    /// <param name="masked">Whether an output's tokens are left out of the loss although it counts (truncated ones).</param>
    /// <param name="iterations">μ.</param>
    /// <param name="learningRate">Rate of all μ updates.</param>
    public IReadOnlyList<PolicyUpdateResult> Run(
        IReadOnlyList<RolloutGroup> groups, IReadOnlyList<double> advantages, IReadOnlyList<bool> member, IReadOnlyList<bool> masked,
        int iterations, double learningRate)
    {
        int[] lengths = [.. groups.SelectMany(g => g.Outputs).Select(o => o.TokenIds.Length)];
        bool[] counted = [.. member.Select((m, i) => m && !masked[i])];
        double[] weights = PolicyLoss.RowWeights(_settings.LossType, lengths, counted, Math.Max(1, member.Count(m => m)),
            _settings.MaxCompletionLength);
        IReadOnlyList<MicroBatch> batches =
            MicroBatches.Of([.. groups.Select(g => new PromptWithCompletions(g.Prompt, [.. g.Outputs.Select(o => o.TokenIds)]))],
            _plan, Moves);
        var old = new float[lengths.Length][];
        var reference = new float[lengths.Length][];
        long start = Stopwatch.GetTimestamp();
        if (_settings.Beta != 0) Ask(batches, reference);
        ReferenceSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var results = new List<PolicyUpdateResult>();
        for (int iteration = 0; iteration < iterations; iteration++)
            results.Add(Update(batches, advantages, weights, old, reference, iteration == 0, learningRate));
        (OldLogProbabilities, ReferenceLogProbabilities) = (old, reference);
        return results;

        // Without the KL term an output whose advantage is 0 pulls nowhere.
        bool Moves(int output) => counted[output] && (_settings.Beta != 0 || advantages[output] != 0);
    }

    /// <inheritdoc/>
    public void Dispose() => _policy.Dispose();

    private void Ask(IReadOnlyList<MicroBatch> batches, float[][] reference) => _plan.Compute(batches, (_, _, batch) =>
    {
        using var _ = no_grad();
        Scatter(Values.Floats(TokenLogProbs.Of(_reference, _reference.Hidden(batch.Batch), batch.Batch, _temperature)), batch, reference);
    });

    private PolicyUpdateResult Update(
        IReadOnlyList<MicroBatch> batches, IReadOnlyList<double> advantages, double[] weights, float[][] old, float[][] reference,
        bool first, double learningRate)
    {
        var statistics = new PolicyStatistics[batches.Count];
        double[] losses = _policy.Accumulate(batches, (lane, index, batch) =>
        {
            VisionLanguageModel model = lane.Model;
            Tensor logProbabilities = TokenLogProbs.Of(model, model.Hidden(batch.Batch), batch.Batch, _temperature);
            if (first) Scatter(Values.Floats(logProbabilities), batch, old);
            var tokens = new PolicyTokens(
                first ? null : Gather(old, batch, model.Device), _settings.Beta == 0 ? null : Gather(reference, batch, model.Device),
                PolicyLoss.PerToken([.. batch.Outputs.Select(o => advantages[o])], batch.RowLengths, model.Device),
                PolicyLoss.PerToken([.. batch.Outputs.Select(o => weights[o])], batch.RowLengths, model.Device), batch.RowLengths);
            (Tensor loss, statistics[index]) = PolicyLoss.Of(logProbabilities, tokens, _settings);
            return loss;
        });
        double norm = batches.Count == 0 ? 0 : _policy.Update(learningRate);
        return new PolicyUpdateResult(losses.Sum(), norm, statistics.Aggregate(PolicyStatistics.None, (a, b) => a.Plus(b)));
    }

    private static void Scatter(float[] packed, MicroBatch batch, float[][] byOutput)
    {
        for (int row = 0, start = 0; row < batch.Outputs.Count; start += batch.RowLengths[row++])
            byOutput[batch.Outputs[row]] = packed[start..(start + batch.RowLengths[row])];
    }

    private static Tensor Gather(float[][] byOutput, MicroBatch batch, Device device) =>
        tensor(batch.Outputs.SelectMany(o => byOutput[o]).ToArray(), device: device);
}
