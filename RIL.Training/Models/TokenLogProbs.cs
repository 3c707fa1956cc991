using RIL.Training.Layers;
using static TorchSharp.torch;

namespace RIL.Training.Models;

/// <summary>
/// Log-probabilities of given tokens over the full vocabulary. Only completion tokens are projected, and never more logits than a chunk
/// exist at once.
/// </summary>
public static class TokenLogProbs
{
    // Rows × vocabulary of one chunk: 16 MB of logits stay near the caches. Where the vocabulary is so large that these are few rows, a
    // product would read the whole head for little, so a chunk has this many rows, as long as it fits 256 MB.
    private const long ChunkElements = 4 << 20, LeastRows = 256, MostElements = 64 << 20;

    /// <summary>
    /// log π of every completion token of the batch: [tokens], in packed order, with gradients to hidden states and head where grad mode
    /// is on.
    /// </summary>
    /// <param name="model">Whose head projects.</param>
    /// <param name="hidden_ND">The model's hidden states of the batch.</param>
    /// <param name="batch">Which rows predict which tokens.</param>
    /// <param name="temperature">Divides the logits.</param>
    public static Tensor Of(VisionLanguageModel model, Tensor hidden_ND, PackedBatch batch, double temperature = 1)
    {
        using var scope = NewDisposeScope();
        Tensor rows = hidden_ND.index_select(0, tensor(batch.PredictingRows, device: model.Device));
        Tensor targets = tensor(batch.TargetIds, device: model.Device);
        bool learns = is_grad_enabled() && (rows.requires_grad || model.HeadWeight.requires_grad);
        return ProjectedLogProbs.apply(rows, model.HeadWeight, targets, 1 / temperature, learns, model.HeadWeight.requires_grad)
            .MoveToOuterDisposeScope();
    }

    /// <summary>Rows that are projected to a vocabulary of the given size at once.</summary>
    internal static long RowsOfChunk(long vocabulary) =>
        Math.Max(1, Math.Min(MostElements / vocabulary, Math.Max(ChunkElements / vocabulary, LeastRows)));

    /// <summary>
    /// z = h Wᵀ / τ, log π = z[target] − log Σ exp z; backwards ∂/∂z = g (1[target] − softmax z). Probabilities of a single chunk are kept
    /// for the way back; of several, they are computed again, which costs one product and saves tokens × vocabulary floats.
    /// </summary>
    private sealed class ProjectedLogProbs : CustomBackward<ProjectedLogProbs>
    {
        protected override Tensor Forward(autograd.AutogradContext context, object[] inputs)
        {
            var (rows, weight, targets, scale) = ((Tensor)inputs[0], (Tensor)inputs[1], (Tensor)inputs[2],
                (double)inputs[3]);
            using var scope = NewDisposeScope();
            var results = new List<Tensor>();
            Tensor? kept = null;
            bool keeps = (bool)inputs[4] && rows.size(0) <= ChunkRows(weight);
            foreach ((long start, long count) in Chunks(rows, weight))
            {
                using var chunk = NewDisposeScope();
                Tensor target = targets.narrow(0, start, count).unsqueeze(1);
                Tensor logProbabilities = Logits(rows.narrow(0, start, count), weight, scale).log_softmax(-1);
                results.Add(logProbabilities.gather(1, target).squeeze(1).MoveToOuterDisposeScope());
                if (keeps) kept = logProbabilities.exp_().MoveToOuterDisposeScope();
            }
            // They are saved when this returns; the caller's scope lets go of ours after that, and the graph of its own with the way back.
            context.save_for_backward(kept is null ? [rows, weight, targets] : [rows, weight, targets, kept.MoveToOuterDisposeScope()]);
            context.save_data("scale", scale);
            context.save_data("headLearns", (bool)inputs[5]);
            return cat(results, 0).MoveToOuterDisposeScope();
        }

        protected override List<Tensor> Backward(autograd.AutogradContext context, Tensor arrived)
        {
            using var scope = NewDisposeScope();
            List<Tensor> saved = context.get_saved_variables();
            var (rows, weight, targets, scale) = (saved[0], saved[1], saved[2], (double)context.get_data("scale"));
            Tensor gradRows = empty_like(rows);
            // A head that has a gradient already is added to in place: a gradient of its own would be as large as the head.
            Tensor? given = null, gradWeight = null;
            if ((bool)context.get_data("headLearns")) gradWeight = (given = weight.grad) ?? zeros_like(weight);
            foreach ((long start, long count) in Chunks(rows, weight))
            {
                using var chunk = NewDisposeScope();
                Tensor part = rows.narrow(0, start, count), target = targets.narrow(0, start, count).unsqueeze(1);
                Tensor gradient = arrived.narrow(0, start, count).unsqueeze(1);
                if (scale != 1) gradient = gradient.mul(tensor(scale, dtype: gradient.dtype, device: gradient.device));
                Tensor probabilities = saved.Count > 3 ? saved[3] : Logits(part, weight, scale).softmax(-1);
                Tensor gradLogits = probabilities.mul_(gradient.neg()).scatter_add_(1, target, gradient);
                gradRows.narrow(0, start, count).copy_(gradLogits.matmul(weight));
                gradWeight?.addmm_(gradLogits.transpose(0, 1), part, 1, 1);
            }
            foreach (Tensor tensor in saved) tensor.Dispose();
            return [gradRows.MoveToOuterDisposeScope(), given is null ? gradWeight?.MoveToOuterDisposeScope()! : null!, null!,
                null!, null!, null!];
        }

        private static Tensor Logits(Tensor rows, Tensor weight, double scale)
        {
            Tensor logits = nn.functional.linear(rows, weight);
            return scale == 1 ? logits : logits.mul_(tensor(scale, dtype: logits.dtype, device: logits.device));
        }

        private static long ChunkRows(Tensor weight) => RowsOfChunk(weight.size(0));

        private static IEnumerable<(long Start, long Count)> Chunks(Tensor rows, Tensor weight)
        {
            long step = ChunkRows(weight), total = rows.size(0);
            for (long start = 0; start < total; start += step) yield return (start, Math.Min(step, total - start));
        }
    }
}
