using RIL.Training.Layers;
using RIL.Training.Models;
using RIL.Training.Optimizers;
using RIL.Training.Torch;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Training.Ril;

/// <summary>
/// A text the discriminator is shown: prompt (with or without picture and question) and output; <paramref name="ByStudent"/> is the label.
/// </summary>
public sealed record DiscriminatorText(EncodedPrompt Prompt, IReadOnlyList<int[]> Outputs, IReadOnlyList<bool> ByStudent);

/// <summary>
/// One update: Equation 1's loss before it, the norm of its gradient before clipping, and every output's score before it.
/// </summary>
public sealed record DiscriminatorUpdate(double Loss, double GradientNorm, double[] Scores, bool Skipped);

/// <summary>
/// D_φ: the student's architecture and weights with a linear head d → 1 on the last token's final hidden state and a sigmoid. It learns by
/// Equation 1 to give 1 to the student's outputs and 0 to the teachers': loss = −mean over student outputs of log D − mean over teacher
/// outputs of log(1 − D).
/// </summary>
public sealed class Discriminator : IDisposable
{
    private readonly ComputePlan _plan;
    private readonly VisionLanguageModel _backbone;
    private readonly Weight _headWeight, _headBias;
    private readonly TrainedModel _model;

    /// <summary>Takes over <paramref name="backbone"/>, which it trains and disposes.</summary>
    /// <param name="backbone">A copy of the fine-tuned student.</param>
    /// <param name="plan">Where and how it is computed.</param>
    /// <param name="headWeight">[1, D].</param>
    /// <param name="headBias">[1].</param>
    /// <param name="freezeVisionTower">Whether the vision tower keeps its weights.</param>
    /// <param name="adamW">The optimizer's constants.</param>
    /// <param name="maxGradientNorm">Gradients are clipped to this norm; 0 = never.</param>
    public Discriminator(VisionLanguageModel backbone, ComputePlan plan, Tensor headWeight, Tensor headBias, bool freezeVisionTower,
        AdamWSettings adamW, double maxGradientNorm)
    {
        using var scope = NewDisposeScope();
        _plan = plan;
        _backbone = backbone;
        _headWeight = new Weight("score.weight", [1, backbone.HiddenSize], WeightKind.Matrix, ModelPart.Head)
            { Value = headWeight.detach().clone() };
        _headBias = new Weight("score.bias", [1], WeightKind.Bias, ModelPart.Head) { Value = headBias.detach().clone() };
        // A language-model head of its own is not part of D.
        _model = new TrainedModel(backbone, plan, Trainable.Student(freezeVisionTower).Without(ModelPart.Head), adamW, maxGradientNorm,
            _headWeight, _headBias);
    }

    /// <summary>
    /// A discriminator on a copy of the student, with a head drawn as transformers draws a new linear layer: normal(0, 0.02), bias 0.
    /// </summary>
    public static Discriminator From(VisionLanguageModel student, ComputePlan plan, ulong seed, bool freezeVisionTower,
        AdamWSettings adamW, double maxGradientNorm)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed);
        Tensor head = randn([1, student.HiddenSize], generator: generator).mul_(Scalars.Of(0.02)).to(student.Device);
        return new Discriminator(ModelCatalog.Clone(student), plan, head, zeros(1, device: student.Device),
            freezeVisionTower, adamW, maxGradientNorm);
    }

    /// <summary>Weights by name, head included: views to save from or copy into.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> State() =>
        [.. _backbone.Weights.Append(_headWeight).Append(_headBias).Select(w => (w.Name, w.Value))];

    /// <summary>The optimizer's state, for checkpoints.</summary>
    public AdamW AdamW => _model.Optimizer.AdamW;

    /// <summary>D of every output, text by text.</summary>
    public double[] Scores(IReadOnlyList<DiscriminatorText> texts)
    {
        var scores = new double[texts.Sum(t => t.Outputs.Count)];
        _model.Ask(Batches(texts), (lane, _, batch) => Keep(Logits(lane, batch), batch, scores));
        return scores;
    }

    /// <summary>
    /// One update by Equation 1; below <paramref name="lossFloor"/> (0 = none) the weights stay, so that D does not run away from the
    /// student.
    /// </summary>
    public DiscriminatorUpdate Update(IReadOnlyList<DiscriminatorText> texts, double learningRate, double lossFloor = 0)
    {
        bool[] byStudent = [.. texts.SelectMany(t => t.ByStudent)];
        double students = byStudent.Count(s => s), teachers = byStudent.Length - students;
        if (students == 0 || teachers == 0) throw new ArgumentException("Equation 1 needs outputs of both sides.", nameof(texts));
        IReadOnlyList<MicroBatch> batches = Batches(texts);
        var scores = new double[byStudent.Length];
        double total = _model.Accumulate(batches, (lane, _, batch) =>
        {
            Tensor logits = Logits(lane, batch);
            // log(1 − σ(z)) = log σ(−z), so one sign per output serves both sides.
            Device device = lane.Model.Device;
            Tensor sign = tensor(batch.Outputs.Select(o => byStudent[o] ? 1f : -1f).ToArray(), device: device);
            Tensor share = tensor(batch.Outputs.Select(o => (float)(-1 / (byStudent[o] ? students : teachers))).ToArray(), device: device);
            Keep(logits, batch, scores);
            return nn.functional.logsigmoid(logits.mul(sign)).mul(share).sum();
        }).Sum();
        if (total < lossFloor)
        {
            _model.Forget();
            return new DiscriminatorUpdate(total, 0, scores, Skipped: true);
        }
        return new DiscriminatorUpdate(total, _model.Update(learningRate), scores, Skipped: false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _model.Dispose();
        _backbone.Dispose();
        _headWeight.Dispose();
        _headBias.Dispose();
    }

    private IReadOnlyList<MicroBatch> Batches(IReadOnlyList<DiscriminatorText> texts) =>
        MicroBatches.Of([.. texts.Select(t => new PromptWithCompletions(t.Prompt, t.Outputs))], _plan,
            passes: Passes.Of([.. texts.Select(t => t.ByStudent)], _plan.CompletionsPerPass));

    private static Tensor Logits(Lane lane, MicroBatch batch)
    {
        using var scope = NewDisposeScope();
        Tensor last = lane.Model.Hidden(batch.Batch).index_select(0, tensor(batch.Batch.LastRows, device: lane.Model.Device));
        Tensor logits = nn.functional.linear(last, lane.Heads[0].Value, lane.Heads[1].Value);
        return logits.squeeze(1).MoveToOuterDisposeScope();
    }

    private static void Keep(Tensor logits, MicroBatch batch, double[] scores)
    {
        float[] values = Values.Floats(logits.detach().sigmoid());
        for (int row = 0; row < values.Length; row++) scores[batch.Outputs[row]] = values[row];
    }
}
