using RIL.Training.Layers;
using static TorchSharp.torch;

namespace RIL.Training.Models;

/// <summary>
/// Decoding with any decoder: the prompts run once, each for all its rows, and a few at a time, so that what a pass holds does not grow
/// with their number.
/// </summary>
internal sealed class DecoderDecoding : DecodingSession
{
    /// <summary>Tokens of one prefill pass; a longer prompt is a pass of its own.</summary>
    public const int PrefillTokens = 4096;

    private readonly DecoderModel _model;
    private readonly DecodingCache _cache;
    private readonly IReadOnlyList<IDecoderLayer> _layers;
    private long[] _positions; // position of each row's next token

    public DecoderDecoding(DecoderModel model, IReadOnlyList<EncodedPrompt> prompts, int rowsPerPrompt, int newTokens,
        int prefillTokens = PrefillTokens)
    {
        using var scope = NewDisposeScope();
        DecoderShape shape = model.Decoder.Shape;
        _model = model;
        _cache = new DecodingCache(shape.LayerCount, [.. prompts.Select(p => p.TokenIds.Length)], rowsPerPrompt, newTokens,
            shape.KeyValueHeadCount, shape.HeadSize, model.Device);
        _layers = FusedDecoderLayer.Pays(shape) ? [.. model.Decoder.Layers.Select(l => new FusedDecoderLayer(l))] : model.Decoder.Layers;
        var logits = new List<Tensor>();
        for (int first = 0; first < prompts.Count;)
        {
            int count = Fitting(prompts, first, prefillTokens);
            logits.Add(Prefill([.. prompts.Skip(first).Take(count)], first));
            first += count;
        }
        PromptLogits = cat(logits, 0).DetachFromDisposeScope();
        _positions = [.. prompts.SelectMany(p => Enumerable.Repeat((long)model.Locate(p).Next, rowsPerPrompt))];
    }

    public override Tensor PromptLogits { get; }

    public override Tensor Next(long[] tokenIds)
    {
        using var scope = NewDisposeScope();
        int axes = _model.PositionScheme.Axes;
        long[] positions = axes == 1 ? _positions : [.. _positions.SelectMany(p => Enumerable.Repeat(p, axes))];
        var rotary = new RotaryEmbedding(_model.PositionScheme.Angles(positions, _model.Device));
        Tensor x = _model.Decoder.Embed(tensor(tokenIds, device: _model.Device));
        Tensor logits = _model.Decoder.Step(x, _layers, rotary, _cache);
        _cache.Advance();
        for (int row = 0; row < _positions.Length; row++) _positions[row]++;
        return logits.MoveToOuterDisposeScope();
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
        foreach (IDisposable layer in _layers.OfType<IDisposable>()) layer.Dispose();
    }

    private static int Fitting(IReadOnlyList<EncodedPrompt> prompts, int first, int mostTokens)
    {
        int count = 1;
        long tokens = prompts[first].TokenIds.Length;
        while (first + count < prompts.Count && (tokens += prompts[first + count].TokenIds.Length) <= mostTokens) count++;
        return count;
    }

    // Logits after each of the prompts; their keys go to the cache.
    private Tensor Prefill(EncodedPrompt[] prompts, int first)
    {
        using var scope = NewDisposeScope();
        var batch = new PackedBatch([.. prompts.Select(p => new PromptWithCompletions(p, []))]);
        Tensor hidden = _model.Hidden(batch, (layer, numbers, key, value) =>
            _cache.StorePrompts(layer, [.. numbers.Select(n => first + n)], key, value));
        var ends = new long[prompts.Length];
        for (int p = 0, end = -1; p < ends.Length; p++) ends[p] = end += prompts[p].TokenIds.Length;
        return nn.functional.linear(hidden.index_select(0, tensor(ends, device: _model.Device)), _model.HeadWeight)
            .MoveToOuterDisposeScope();
    }
}
