using RIL.Training.Models;
using RIL.Training.Optimizers;
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
    private readonly TrainedModel _model;

    /// <summary>Trains the parts of <paramref name="model"/> that are not frozen.</summary>
    public SftTrainer(VisionLanguageModel model, ComputePlan plan, bool freezeVisionTower, AdamWSettings settings, double maxGradientNorm)
    {
        _plan = plan;
        _model = new TrainedModel(model, plan, Trainable.Student(freezeVisionTower), settings, maxGradientNorm);
    }

    /// <summary>The optimizer, for checkpoints.</summary>
    public WeightOptimizer Optimizer => _model.Optimizer;

    /// <summary>One update on a batch of examples.</summary>
    public SftUpdate Update(IReadOnlyList<SftExample> examples, double learningRate)
    {
        IReadOnlyList<MicroBatch> batches =
            MicroBatches.Of([.. examples.Select(e => new PromptWithCompletions(e.Prompt, [e.Answer]))], _plan);
        int tokens = examples.Sum(e => e.Answer.Length);
        double[] losses = _model.Accumulate(batches, (lane, _, item) =>
        {
            PackedBatch batch = item.Batch;
            Tensor logProbabilities = TokenLogProbs.Of(lane.Model, lane.Model.Hidden(batch), batch);
            return logProbabilities.sum().mul(tensor(-1f / tokens, device: lane.Model.Device));
        });
        return new SftUpdate(losses.Sum(), _model.Update(learningRate), tokens);
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();
}
