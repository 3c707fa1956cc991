using RIL.Training.Images;
using RIL.Training.Layers;
using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Training.Models.Qwen2_5_Vl;

/// <summary>Pictures to features: patch embedding, blocks with window or full attention, patch merger (Bai et al. 2025, §2.1).</summary>
internal sealed class VisionTower : IVisionEncoder
{
    private readonly VisionConfig _config;
    private readonly Weight _patchEmbedding;
    private readonly Block[] _blocks;
    private readonly RmsNorm _mergerNorm;
    private readonly Linear _mergerIn, _mergerOut;

    public VisionTower(VisionConfig config, WeightSet weights)
    {
        const string Name = "model.visual.";
        _config = config;
        WeightSet tower = weights.For(ModelPart.VisionTower), merger = weights.For(ModelPart.Merger);
        _patchEmbedding = tower.Matrix(Name + "patch_embed.proj.weight", config.HiddenSize, config.Channels, config.TemporalPatchSize,
            config.PatchSize, config.PatchSize);
        _blocks = [.. Enumerable.Range(0, config.Depth).Select(i => new Block(config, i, tower, $"{Name}blocks.{i}."))];
        int merged = config.HiddenSize * config.MergeSize * config.MergeSize;
        // transformers' Trainer knows norms by their names and takes none of these for one, so they decay.
        _mergerNorm = new RmsNorm(merger, Name + "merger.ln_q", config.HiddenSize, 1e-6, decays: true);
        _mergerIn = new Linear(merger, Name + "merger.mlp.0", merged, merged, bias: true);
        _mergerOut = new Linear(merger, Name + "merger.mlp.2", merged, config.OutputSize, bias: true);
    }

    public VisionFeatures Encode(IReadOnlyList<ImagePatches> images, Device device, bool recomputes)
    {
        using var scope = NewDisposeScope();
        var layout = new VisionLayout(_config, [.. images.Select(i => (i.GridT, i.GridH, i.GridW))], device);
        Tensor x = Pixels(images, device);
        if (layout.PatchOrder is not null) x = x.index_select(0, layout.PatchOrder);
        x = nn.functional.linear(x, _patchEmbedding.Value.view(_config.HiddenSize, -1));
        recomputes &= x.requires_grad; // a frozen tower keeps nothing anyway
        foreach (Block block in _blocks) x = recomputes ? Recomputed.Run(input => block.Forward(input, layout), x)
            : block.Forward(x, layout);
        x = _mergerNorm.Forward(x).view(-1, (long)_config.HiddenSize * _config.MergeSize * _config.MergeSize);
        x = _mergerOut.Forward(_mergerIn.Forward(x).gelu());
        if (layout.UnitRestore is not null) x = x.index_select(0, layout.UnitRestore);
        Tensor[] kept = recomputes ? [.. layout.Owned.OfType<Tensor>()] : [];
        foreach (Tensor tensor in kept) tensor.MoveToOuterDisposeScope();
        return new VisionFeatures(x.MoveToOuterDisposeScope(), [], kept);
    }

    private Tensor Pixels(IReadOnlyList<ImagePatches> images, Device device)
    {
        Tensor pixels = empty(images.Sum(i => (long)i.PatchCount), _config.PatchValues, dtype: ScalarType.Float32);
        Span<float> values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(pixels.bytes);
        foreach (ImagePatches image in images)
        {
            if (image.Values.Length != image.PatchCount * _config.PatchValues)
                throw new InputException($"A picture of {image.GridT}x{image.GridH}x{image.GridW} patches has {image.Values.Length} "
                    + $"values; expected {image.PatchCount * _config.PatchValues} ({_config.PatchValues} a patch).");
            image.Values.CopyTo(values);
            values = values[image.Values.Length..];
        }
        return pixels.to(device);
    }

    private sealed class Block(VisionConfig config, int index, WeightSet weights, string name)
    {
        private readonly bool _full = config.FullAttentionBlocks.Contains(index);
        private readonly RmsNorm _norm1 = new(weights, name + "norm1", config.HiddenSize, 1e-6, decays: true),
            _norm2 = new(weights, name + "norm2", config.HiddenSize, 1e-6, decays: true);
        private readonly Linear _queryKeyValue = new(weights, name + "attn.qkv", config.HiddenSize, 3 * config.HiddenSize, bias: true);
        private readonly Linear _output = new(weights, name + "attn.proj", config.HiddenSize, config.HiddenSize, bias: true);
        private readonly GatedFeedForward _feedForward = new(weights, name + "mlp.", config.HiddenSize,
            config.IntermediateSize, bias: true);

        public Tensor Forward(Tensor x, VisionLayout layout)
        {
            using var scope = NewDisposeScope();
            SegmentAttention attention = _full ? layout.FullAttention : layout.WindowAttention;
            Tensor[] parts = _queryKeyValue.Forward(_norm1.Forward(x)).view(-1, 3, config.HeadCount, config.HeadSize).unbind(1);
            Tensor attended = attention.Attend(index, layout.Rotary.Apply(parts[0]), layout.Rotary.Apply(parts[1]), parts[2]);
            x = x.add(_output.Forward(attended), Scalars.One);
            return x.add(_feedForward.Forward(_norm2.Forward(x)), Scalars.One).MoveToOuterDisposeScope();
        }
    }
}
