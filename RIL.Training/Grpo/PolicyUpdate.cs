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
/// <param name="Passes">Sums over the tokens that counted, pass by pass; passes of which nothing counted are left out.</param>
/// <param name="SamplingDifference">Mean distance between the log-probabilities of this update's forward pass and the sampler's, of the
/// student's tokens; null after the first update of a step.</param>
public sealed record PolicyUpdateResult(double Loss, double GradientNorm, IReadOnlyList<PolicyStatistics> Passes,
    double? SamplingDifference = null)
{
    /// <summary>Mean over the passes of each pass's mean over its tokens (or rows, where a ratio is a row's), as TRL logs it.</summary>
    public double Mean(Func<PolicyStatistics, double> ofPass) => Passes.Count == 0 ? 0 : Passes.Average(ofPass);
}

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

    /// <summary>Updates at one rate: <paramref name="iterations"/> of them.</summary>
    public IReadOnlyList<PolicyUpdateResult> Run(
        IReadOnlyList<RolloutGroup> groups, IReadOnlyList<double> advantages, IReadOnlyList<bool> member, IReadOnlyList<bool> masked,
        int iterations, double learningRate) =>
        Run(groups, advantages, member, masked, [.. Enumerable.Repeat(learningRate, iterations)]);

    /// <summary>μ updates.</summary>
    /// <param name="groups">The step's questions.</param>
    /// <param name="advantages">One per output, group by group.</param>
    /// <param name="member">Whether an output is in its group; the others are left out and do not count in the normaliser.</param>
    /// <param name="masked">Whether an output's tokens are left out of the loss although it counts (truncated ones).</param>
    /// <param name="learningRates">The rate of each of the μ updates.</param>
    public IReadOnlyList<PolicyUpdateResult> Run(
        IReadOnlyList<RolloutGroup> groups, IReadOnlyList<double> advantages, IReadOnlyList<bool> member, IReadOnlyList<bool> masked,
        IReadOnlyList<double> learningRates)
    {
        RolloutOutput[] outputs = [.. groups.SelectMany(g => g.Outputs)];
        int[] lengths = [.. outputs.Select(o => o.TokenIds.Length)];
        bool[] counted = [.. member.Select((m, i) => m && !masked[i])];
        Passes passes = Passes.Of([.. groups.Select(g => g.Outputs.Select(o => o.IsStudent).ToArray())], _plan.CompletionsPerPass);
        double[] weights = PolicyLoss.RowWeights(_settings.LossType, lengths, counted, Math.Max(1, member.Count(m => m)),
            _settings.MaxCompletionLength, passes);
        IReadOnlyList<MicroBatch> batches = MicroBatches.Of(
            [.. groups.Select(g => new PromptWithCompletions(g.Prompt, [.. g.Outputs.Select(o => o.TokenIds)]))], _plan, Moves, passes);
        var old = new float[lengths.Length][];
        var reference = new float[lengths.Length][];
        long start = Stopwatch.GetTimestamp();
        if (_settings.Beta != 0) Ask(batches, reference);
        ReferenceSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var results = new List<PolicyUpdateResult>();
        foreach (double rate in learningRates)
        {
            PolicyUpdateResult result = Update(batches, passes, advantages, weights, old, reference, results.Count == 0, rate);
            results.Add(results.Count > 0 ? result : result with { SamplingDifference = Difference(outputs, old) });
        }
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
        IReadOnlyList<MicroBatch> batches, Passes passes, IReadOnlyList<double> advantages, double[] weights, float[][] old,
        float[][] reference, bool first, double learningRate)
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
        // No micro-batch reaches over the border of a pass.
        var byPass = statistics.Zip(batches).GroupBy(s => passes.OfOutput[s.Second.Outputs[0]],
            (_, pass) => pass.Aggregate(PolicyStatistics.None, (sum, s) => sum.Plus(s.First)));
        return new PolicyUpdateResult(losses.Sum(), norm, [.. byPass.Where(pass => pass.Tokens > 0)]);
    }

    private static double? Difference(RolloutOutput[] outputs, float[]?[] old)
    {
        double[] differences = [.. outputs.Zip(old).Where(o => o.First.Sample is not null && o.Second is not null)
            .SelectMany(o => o.First.Sample!.LogProbabilities.Zip(o.Second!, (a, b) => Math.Abs((double)a - b)))];
        return differences.Length == 0 ? null : differences.Average();
    }

    private static void Scatter(float[] packed, MicroBatch batch, float[][] byOutput)
    {
        for (int row = 0, start = 0; row < batch.Outputs.Count; start += batch.RowLengths[row++])
            byOutput[batch.Outputs[row]] = packed[start..(start + batch.RowLengths[row])];
    }

    private static Tensor Gather(float[][] byOutput, MicroBatch batch, Device device) =>
        tensor(batch.Outputs.SelectMany(o => byOutput[o]).ToArray(), device: device);
}
