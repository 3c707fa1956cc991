using RIL.Training.Images;
using RIL.Training.Layers;
using static TorchSharp.torch;

namespace RIL.Training.Models;

/// <summary>
/// A vision encoder in front of a decoder, which is what all families so far are: picture features take the places of picture tokens, the
/// packed tokens go through the layers once. A family brings the parts, the positions of its tokens and the names of its weights.
/// </summary>
public abstract class DecoderModel : VisionLanguageModel
{
    /// <inheritdoc/>
    public override int HiddenSize => Decoder.Shape.HiddenSize;

    /// <inheritdoc/>
    public override int VocabularySize => Decoder.Shape.VocabularySize;

    /// <inheritdoc/>
    public override Tensor HeadWeight => Decoder.HeadWeight;

    internal abstract DecoderStack Decoder { get; }

    internal abstract IVisionEncoder Vision { get; }

    internal abstract IPositionScheme PositionScheme { get; }

    /// <summary>The token whose places picture features take.</summary>
    internal abstract int PictureTokenId { get; }

    /// <summary>Positions of a prompt's tokens.</summary>
    internal abstract PromptPositions Locate(EncodedPrompt prompt);

    /// <inheritdoc/>
    public override DecodingSession StartDecoding(IReadOnlyList<EncodedPrompt> prompts, int rowsPerPrompt, int newTokens) =>
        new DecoderDecoding(this, prompts, rowsPerPrompt, newTokens);

    /// <inheritdoc/>
    public override Tensor Hidden(PackedBatch batch) => Hidden(batch, null);

    /// <summary>
    /// The same, and hands over each layer's prompt keys and values: see <see cref="SharedPromptAttention.PromptKeysComputed"/>.
    /// </summary>
    internal Tensor Hidden(PackedBatch batch, Action<int, IReadOnlyList<int>, Tensor, Tensor>? promptKeysComputed)
    {
        using var scope = NewDisposeScope();
        bool recomputes = RecomputesLayers && is_grad_enabled();
        var attention = new SharedPromptAttention(batch.PromptLengths, batch.CompletionLengths, Decoder.Shape.HeadCount, Device)
            { PromptKeysComputed = promptKeysComputed };
        var rotary = new RotaryEmbedding(PositionScheme.Angles(Positions(batch), Device));
        (Tensor x, RowFeatures? deep, IReadOnlyList<Tensor> kept) = Embed(batch, recomputes);
        Tensor hidden = Decoder.Forward(x, rotary, attention, recomputes, deep);
        // Layers that are computed again need these then: they live as long as what the caller computes from the hidden states.
        if (recomputes) foreach (Tensor? tensor in attention.Owned.Concat(rotary.Owned).Concat(kept)) tensor?.MoveToOuterDisposeScope();
        return hidden.MoveToOuterDisposeScope();
    }

    private (Tensor Tokens, RowFeatures? Deep, IReadOnlyList<Tensor> Kept) Embed(PackedBatch batch, bool recomputes)
    {
        long[] ids = [.. batch.Groups.SelectMany(g => g.Prompt.TokenIds).Select(id => (long)id), .. batch.TargetIds];
        Tensor x = Decoder.Embed(tensor(ids, device: Device));
        ImagePatches[] images = [.. batch.Groups.SelectMany(g => g.Prompt.Images)];
        if (images.Length == 0) return (x, null, []);
        VisionFeatures features = PictureBatches.Encode(Vision, images, Device, recomputes);
        Tensor rows = tensor(Enumerable.Range(0, batch.PromptTokens).Where(i => ids[i] == PictureTokenId).Select(i => (long)i).ToArray(),
            device: Device);
        return (x.index_copy(0, rows, features.Tokens), features.Deep.Count == 0 ? null : new RowFeatures(rows, features.Deep),
            features.Kept);
    }

    private long[] Positions(PackedBatch batch)
    {
        int axes = PositionScheme.Axes;
        PromptPositions[] prompts = [.. batch.Groups.Select(g => Locate(g.Prompt))];
        var positions = new long[(batch.PromptTokens + batch.TargetIds.Length) * (long)axes];
        int at = 0;
        foreach (PromptPositions prompt in prompts)
        {
            prompt.Values.CopyTo(positions, at);
            at += prompt.Values.Length;
        }
        for (int g = 0; g < prompts.Length; g++)
            foreach (int[] completion in batch.Groups[g].Completions)
                for (int t = 0; t < completion.Length; t++, at += axes) positions.AsSpan(at, axes).Fill(prompts[g].Next + t);
        return positions;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (Weight weight in Weights) weight.Dispose();
    }
}
