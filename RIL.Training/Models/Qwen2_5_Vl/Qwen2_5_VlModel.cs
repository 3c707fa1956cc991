using System.Text.Json.Nodes;
using RIL.Training.Images;
using RIL.Training.Layers;
using static TorchSharp.torch;

namespace RIL.Training.Models.Qwen2_5_Vl;

/// <summary>Qwen2.5-VL (Bai et al. 2025) of any size.</summary>
public sealed class Qwen2_5_VlModel : VisionLanguageModel
{
    private readonly WeightSet _weights = new(ModelPart.LanguageModel);
    private readonly VisionTower _vision;
    private readonly Weight _embedding;
    private readonly RmsNorm _norm;
    private readonly Weight _head;

    /// <summary>Declares the weights of a configuration; they have no values until they are read or initialised.</summary>
    public Qwen2_5_VlModel(Qwen2_5_VlConfig config, Device device)
    {
        const string Name = "model.language_model.";
        TextConfig text = config.Text;
        Config = config;
        Device = device;
        Positions = new MultimodalPositions(config);
        _vision = new VisionTower(config.Vision, _weights);
        _embedding = _weights.Matrix(Name + "embed_tokens.weight", text.VocabularySize, text.HiddenSize);
        Layers = [.. Enumerable.Range(0, text.LayerCount).Select(i => new DecoderLayer(
            _weights, $"{Name}layers.{i}.", i, text.HiddenSize, text.HeadCount, text.KeyValueHeadCount, text.IntermediateSize,
                text.NormEpsilon))];
        _norm = new RmsNorm(_weights, Name + "norm", text.HiddenSize, text.NormEpsilon);
        _head = text.TiedHead ? _embedding : _weights.Matrix("lm_head.weight", text.VocabularySize, text.HiddenSize);
    }

    /// <summary>The configuration, as read.</summary>
    public Qwen2_5_VlConfig Config { get; }

    /// <inheritdoc/>
    public override Device Device { get; }

    /// <inheritdoc/>
    public override int HiddenSize => Config.Text.HiddenSize;

    /// <inheritdoc/>
    public override int VocabularySize => Config.Text.VocabularySize;

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => _weights.All;

    /// <inheritdoc/>
    public override Tensor HeadWeight => _head.Value;

    /// <inheritdoc/>
    public override JsonObject ConfigDocument => Config.Document;

    /// <inheritdoc/>
    public override string WeightNameToFile(string name) => Qwen2_5_VlWeightNames.ToFile(name);

    /// <inheritdoc/>
    public override string WeightNameFromFile(string name) => Qwen2_5_VlWeightNames.FromFile(name);

    internal IReadOnlyList<DecoderLayer> Layers { get; }

    internal MultimodalPositions Positions { get; }

    internal Tensor EmbeddingWeight => _embedding.Value;

    /// <summary>Features of pictures, one row per merged unit: [units, D].</summary>
    public Tensor ImageFeatures(IReadOnlyList<ImagePatches> images) => _vision.Forward(images, Device);

    /// <summary>Positions (time, row, column) of a prompt's tokens.</summary>
    public (int T, int H, int W)[] PositionIds(EncodedPrompt prompt) => Positions.Of(prompt).Positions;

    /// <inheritdoc/>
    public override DecodingSession StartDecoding(IReadOnlyList<EncodedPrompt> prompts, int rowsPerPrompt, int newTokens) =>
        new Qwen2_5_VlDecoding(this, prompts, rowsPerPrompt, newTokens);

    /// <inheritdoc/>
    public override Tensor Hidden(PackedBatch batch) => Hidden(batch, null);

    /// <summary>The same, and hands over each layer's padded prompt keys and values [P, L, K, E].</summary>
    internal Tensor Hidden(PackedBatch batch, Action<int, Tensor, Tensor>? promptKeysComputed)
    {
        using var scope = NewDisposeScope();
        bool recomputes = RecomputesLayers && is_grad_enabled();
        Tensor x = Embed(batch);
        using (var pass = recomputes ? null : new Pass(this, batch, promptKeysComputed))
            foreach (DecoderLayer layer in Layers)
                x = pass is null ? Recomputed.Run(input => Alone(layer, input, batch), x) : layer.Forward(x, pass.Rotary, pass.Attention);
        return _norm.Forward(x).MoveToOuterDisposeScope();
    }

    // A layer that is computed again in the backward pass builds what it needs anew: by then the forward pass's own is gone.
    private Tensor Alone(DecoderLayer layer, Tensor x, PackedBatch batch)
    {
        using var pass = new Pass(this, batch, null);
        return layer.Forward(x, pass.Rotary, pass.Attention);
    }

    internal Tensor Normed(Tensor x) => _norm.Forward(x);

    private Tensor Embed(PackedBatch batch)
    {
        using var scope = NewDisposeScope();
        long[] ids = [.. batch.Groups.SelectMany(g => g.Prompt.TokenIds).Select(id => (long)id), .. batch.TargetIds];
        Tensor x = _embedding.Value.index_select(0, tensor(ids, device: Device));
        ImagePatches[] images = [.. batch.Groups.SelectMany(g => g.Prompt.Images)];
        if (images.Length > 0)
        {
            long[] rows = [.. Enumerable.Range(0, batch.PromptTokens).Where(i => ids[i] == Config.ImageTokenId).Select(i => (long)i)];
            x = x.index_copy(0, tensor(rows, device: Device), ImageFeatures(images));
        }
        return x.MoveToOuterDisposeScope();
    }

    // Positions and attention pattern of one forward pass.
    private sealed class Pass(Qwen2_5_VlModel model, PackedBatch batch, Action<int, Tensor, Tensor>? promptKeysComputed) : IDisposable
    {
        public SharedPromptAttention Attention { get; } = new(batch.PromptLengths, batch.CompletionLengths, model.Device)
            { PromptKeysComputed = promptKeysComputed };

        public RotaryEmbedding Rotary { get; } = new(model.Positions.Angles(batch), batch.PromptTokens + batch.TargetIds.Length,
            model.Config.Text.HeadSize, model.Device);

        public void Dispose()
        {
            Attention.Dispose();
            Rotary.Dispose();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (Weight weight in Weights) weight.Dispose();
    }
}
