using RIL.Training.Layers;
using static TorchSharp.torch;

namespace RIL.Training.Models.Qwen2_5_Vl;

/// <summary>Decoding of a Qwen2.5-VL: the prompts run once, each for all its rows.</summary>
internal sealed class Qwen2_5_VlDecoding : DecodingSession
{
    private readonly Qwen2_5_VlModel _model;
    private readonly DecodingCache _cache;
    private readonly FusedDecoderLayer[] _layers;
    private int[] _positions; // position of each row's next token

    public Qwen2_5_VlDecoding(Qwen2_5_VlModel model, IReadOnlyList<EncodedPrompt> prompts, int rowsPerPrompt, int newTokens)
    {
        using var scope = NewDisposeScope();
        TextConfig text = model.Config.Text;
        _model = model;
        _cache = new DecodingCache(text.LayerCount, [.. prompts.Select(p => p.TokenIds.Length)], rowsPerPrompt, newTokens,
            text.KeyValueHeadCount, text.HeadSize, model.Device);
        _layers = [.. model.Layers.Select(l => new FusedDecoderLayer(l))];
        var batch = new PackedBatch([.. prompts.Select(p => new PromptWithCompletions(p, []))]);
        Tensor hidden = model.Hidden(batch, _cache.StorePrompts);
        long[] ends = new long[prompts.Count];
        for (int p = 0, end = -1; p < ends.Length; p++) ends[p] = end += prompts[p].TokenIds.Length;
        PromptLogits = nn.functional.linear(hidden.index_select(0, tensor(ends, device: model.Device)), model.HeadWeight)
            .DetachFromDisposeScope();
        _positions = [.. prompts.SelectMany(p => Enumerable.Repeat(model.Positions.Of(p).Next, rowsPerPrompt))];
    }

    public override Tensor PromptLogits { get; }

    public override Tensor Next(long[] tokenIds)
    {
        using var scope = NewDisposeScope();
        TextConfig text = _model.Config.Text;
        var angles = new float[tokenIds.Length * text.HeadSize / 2];
        for (int row = 0; row < tokenIds.Length; row++)
            _model.Positions.Write(angles, row, (_positions[row], _positions[row], _positions[row]++));
        using var rotary = new RotaryEmbedding(angles, tokenIds.Length, text.HeadSize, _model.Device);
        Tensor x = _model.EmbeddingWeight.index_select(0, tensor(tokenIds, device: _model.Device));
        foreach (FusedDecoderLayer layer in _layers) x = layer.Forward(x, rotary, _cache);
        _cache.Advance();
        return nn.functional.linear(_model.Normed(x), _model.HeadWeight).MoveToOuterDisposeScope();
    }

    public override void Keep(long[] rows)
    {
        _cache.Keep(rows);
        _positions = [.. rows.Select(r => _positions[r])];
    }

    public override void Dispose()
    {
        _cache.Dispose();
        PromptLogits.Dispose();
        foreach (FusedDecoderLayer layer in _layers) layer.Dispose();
    }
}
