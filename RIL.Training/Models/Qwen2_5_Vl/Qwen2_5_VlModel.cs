using System.Text.Json.Nodes;
using RIL.Training.Images;
using RIL.Training.Layers;
using static TorchSharp.torch;

namespace RIL.Training.Models.Qwen2_5_Vl;

/// <summary>Qwen2.5-VL (Bai et al. 2025) of any size.</summary>
public sealed class Qwen2_5_VlModel : DecoderModel
{
    private const string Language = "model.language_model.", HeadName = "lm_head.weight";
    private readonly WeightSet _weights = new(ModelPart.LanguageModel);
    private readonly MultimodalPositions _positions;

    /// <summary>Declares the weights of a configuration; they have no values until they are read or initialised.</summary>
    public Qwen2_5_VlModel(Qwen2_5_VlConfig config, Device device)
    {
        TextConfig text = config.Text;
        Config = config;
        Device = device;
        _positions = new MultimodalPositions(config);
        PositionScheme = new SectionPositions(text.RopeTheta, text.HeadSize, text.RopeSections);
        Vision = new VisionTower(config.Vision, _weights);
        Decoder = new DecoderStack(new DecoderShape(text.VocabularySize, text.HiddenSize, text.IntermediateSize, text.LayerCount,
            text.HeadCount, text.KeyValueHeadCount, text.HeadSize, text.NormEpsilon, QueryKeyValueBias: true, QueryKeyNorm: false,
            text.TiedHead), _weights, Language, HeadName);
    }

    /// <summary>The configuration, as read.</summary>
    public Qwen2_5_VlConfig Config { get; }

    /// <inheritdoc/>
    public override Device Device { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Weight> Weights => _weights.All;

    /// <inheritdoc/>
    public override JsonObject ConfigDocument => Config.Document;

    /// <inheritdoc/>
    public override string WeightNameToFile(string name) => Qwen2_5_VlWeightNames.ToFile(name);

    /// <inheritdoc/>
    public override string? TwinOf(string name) => name == HeadName && Config.Text.TiedHead ? Language + "embed_tokens.weight" : null;

    /// <inheritdoc/>
    public override string WeightNameFromFile(string name) => Qwen2_5_VlWeightNames.FromFile(name);

    internal override DecoderStack Decoder { get; }

    internal override IVisionEncoder Vision { get; }

    internal override IPositionScheme PositionScheme { get; }

    internal override int PictureTokenId => Config.ImageTokenId;

    internal override PromptPositions Locate(EncodedPrompt prompt)
    {
        (var positions, int next) = _positions.Of(prompt);
        return new PromptPositions([.. positions.SelectMany(p => (long[])[p.T, p.H, p.W])], next);
    }

    /// <summary>Features of pictures, one row per merged unit: [units, D].</summary>
    public Tensor ImageFeatures(IReadOnlyList<ImagePatches> images) =>
        PictureBatches.Encode(Vision, images, Device, recomputes: false).Tokens;

    /// <summary>Positions (time, row, column) of a prompt's tokens.</summary>
    public (int T, int H, int W)[] PositionIds(EncodedPrompt prompt) => _positions.Of(prompt).Positions;
}
