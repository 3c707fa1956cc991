using RIL.Training.Models;
using RIL.Training.Optimizers;
using RIL.Training.Torch;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Training.Sft;

/// <summary>A prompt and the answer to imitate, end token included.</summary>
public sealed record SftExample(EncodedPrompt Prompt, int[] Answer);

/// <summary>Loss (nats per answer token) and gradient norm before clipping of one update.</summary>
public sealed record SftUpdate(double Loss, double GradientNorm, int Tokens);

/// <summary>Supervised fine-tuning: one update minimises −mean log π(answer | prompt) over the answers' tokens.</summary>
public sealed class SftTrainer : IDisposable
{
    private readonly ComputePlan _plan;
    private readonly ModelReplicas _replicas;

    /// <summary>Trains the parts of <paramref name="model"/> that are not frozen.</summary>
    public SftTrainer(VisionLanguageModel model, ComputePlan plan, bool freezeVisionTower, AdamWSettings settings, double maxGradientNorm)
    {
        _plan = plan;
        _replicas = new ModelReplicas(model, plan.Lanes);
        Optimizer = new WeightOptimizer(_replicas.Weights, w => !freezeVisionTower || w.Part != Layers.ModelPart.VisionTower,
            settings, maxGradientNorm);
    }

    /// <summary>The optimizer, for checkpoints.</summary>
    public WeightOptimizer Optimizer { get; }

    /// <summary>One update on a batch of examples.</summary>
    public SftUpdate Update(IReadOnlyList<SftExample> examples, double learningRate)
    {
        IReadOnlyList<MicroBatch> batches = MicroBatches.Of([.. examples.Select(e => new PromptWithCompletions(e.Prompt, [e.Answer]))],
            _plan);
        int tokens = examples.Sum(e => e.Answer.Length);
        var losses = new double[batches.Count];
        _plan.ForEachLane([.. batches.Select((batch, i) => (batch, i))], (worker, item) =>
        {
            using var scope = NewDisposeScope();
            VisionLanguageModel model = _replicas.Models[worker];
            PackedBatch batch = item.batch.Batch;
            Tensor loss = TokenLogProbs.Of(model, model.Hidden(batch), batch).sum().mul(tensor(-1f / tokens, device: model.Device));
            loss.backward();
            losses[item.i] = Values.Float(loss);
        });
        return new SftUpdate(losses.Sum(), Optimizer.Update(learningRate), tokens);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Optimizer.Dispose();
        _replicas.Dispose();
    }
}
