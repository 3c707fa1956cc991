using System.Numerics;
using System.Runtime.Intrinsics;

namespace RIL.Training.Generation;

/// <summary>
/// One draw: the token, log π and entropy under the full distribution at the sampling temperature, and the mass the filters kept.
/// </summary>
internal readonly record struct TokenDraw(int Token, float LogProbability, float Entropy, float KeptMass);

/// <summary>
/// Draws a token from one row of logits with one uniform number, by the inverse of the cumulative distribution in the order of the
/// vocabulary. Filters act in the order of Hugging Face's warpers: repetition penalty, temperature, top-k, top-p, min-p, each on what the
/// one before left. A draw allocates nothing.
/// </summary>
internal sealed class TokenSampler(SamplingOptions options, int vocabulary)
{
    private const int Block = 64; // probabilities are summed in blocks, so that a draw walks vocabulary / 64 + 64 entries
    private readonly float[] _scaled = new float[vocabulary];
    private readonly float[] _weights = new float[vocabulary];
    private readonly double[] _blocks = new double[(vocabulary + Block - 1) / Block];
    private readonly int[] _suppressed = [.. options.SuppressTokenIds.Where(id => id >= 0 && id < vocabulary).Distinct()];
    private readonly TokenFilter? _filter = !options.Greedy && (options.TopK > 0 || options.TopP < 1 || options.MinP > 0)
        ? new TokenFilter(options.TopK, options.TopP, options.MinP) : null;

    /// <param name="logits">One row [V].</param>
    /// <param name="seen">Tokens that a repetition penalty applies to.</param>
    /// <param name="uniform">In [0, 1).</param>
    public TokenDraw Draw(ReadOnlySpan<float> logits, HashSet<int>? seen, double uniform)
    {
        float inverse = (float)(1 / options.Temperature);
        if (inverse == 1) logits.CopyTo(_scaled);
        else for (int i = 0; i < logits.Length; i++) _scaled[i] = logits[i] * inverse;
        float largest = Largest();
        (double total, double entropy) = Exponentials(largest);
        if (!float.IsFinite(largest) || !double.IsFinite(total)) throw new InputException(
            "The model's logits are not finite numbers, so no token can be drawn; look for weights that are not finite, a learning rate "
            + "that is too high, or a temperature that is too low for the size of the logits.");
        double logTotal = Math.Log(total);
        bool penalised = Penalise(logits, seen, inverse);
        Suppress();
        float allowed = Largest();
        if (allowed == float.NegativeInfinity) throw new InputException(
            "Every token that may be drawn has probability 0; the suppressed tokens must leave some of the vocabulary.");
        // Where the likeliest token may not be drawn, all others can be too small beside it to be told from 0.
        if (penalised || allowed < largest) Exponentials(allowed);
        int token = options.Greedy ? Array.IndexOf(_scaled, allowed) : Choose(uniform);
        double kept = penalised ? FullMass(logits, inverse, largest) : Sum(_blocks) * Math.Exp((double)allowed - largest);
        return new TokenDraw(token, (float)(logits[token] * inverse - largest - logTotal), (float)entropy,
            (float)Math.Min(1, kept / total));
    }

    private bool Penalise(ReadOnlySpan<float> logits, HashSet<int>? seen, float inverse)
    {
        if (seen is null || options.RepetitionPenalty == 1) return false;
        foreach (int id in seen)
        {
            float value = logits[id];
            _scaled[id] = (float)(value > 0 ? value / options.RepetitionPenalty : value * options.RepetitionPenalty) * inverse;
        }
        return true;
    }

    private void Suppress()
    {
        foreach (int id in _suppressed)
        {
            _scaled[id] = float.NegativeInfinity;
            _weights[id] = 0;
            int block = id / Block;
            _blocks[block] = 0;
            for (int i = block * Block; i < Math.Min(_weights.Length, (block + 1) * Block); i++) _blocks[block] += _weights[i];
        }
    }

    private float Largest()
    {
        float largest = _scaled[0];
        int width = Vector<float>.Count, i = 0;
        var running = new Vector<float>(float.NegativeInfinity);
        for (; i <= _scaled.Length - width; i += width) running = Vector.Max(running, new Vector<float>(_scaled, i));
        for (int lane = 0; lane < width; lane++) largest = Math.Max(largest, running[lane]);
        for (; i < _scaled.Length; i++) largest = Math.Max(largest, _scaled[i]);
        return largest;
    }

    // Fills _weights with exp(z − max) and _blocks with their sums; entropy = log Σ − Σ w z / Σ, with z relative to the maximum.
    private (double Total, double Entropy) Exponentials(float largest)
    {
        float[] z = _scaled;
        double total = 0, weighted = 0;
        for (int b = 0; b < _blocks.Length; b++)
        {
            int start = b * Block, end = Math.Min(start + Block, z.Length), at = start;
            Vector256<float> sums = default, products = default, shift = Vector256.Create(largest);
            for (; at <= end - Vector256<float>.Count; at += Vector256<float>.Count)
            {
                Vector256<float> relative = Vector256.Create<float>(z.AsSpan(at, Vector256<float>.Count)) - shift;
                Vector256<float> weight = Vector256.Exp(relative);
                weight.CopyTo(_weights, at);
                sums += weight;
                // A weight of 0 with z = −∞ contributes nothing.
                products += Vector256.ConditionalSelect(Vector256.GreaterThan(weight, default), weight * relative, default);
            }
            double sum = Vector256.Sum(sums), product = Vector256.Sum(products);
            for (; at < end; at++)
            {
                float relative = z[at] - largest, weight = MathF.Exp(relative);
                _weights[at] = weight;
                sum += weight;
                if (weight > 0) product += weight * relative;
            }
            _blocks[b] = sum;
            total += sum;
            weighted += product;
        }
        return (total, Math.Log(total) - weighted / total);
    }

    private int Choose(double uniform)
    {
        if (_filter is not null)
        {
            _filter.Apply(_weights);
            for (int b = 0; b < _blocks.Length; b++)
                _blocks[b] = Sum(_weights.AsSpan(b * Block, Math.Min(Block, _weights.Length - b * Block)));
        }
        double left = uniform * Sum(_blocks);
        int last = -1;
        for (int b = 0; b < _blocks.Length; b++)
        {
            if (_blocks[b] <= 0) continue;
            last = b;
            if (left < _blocks[b]) break;
            left -= _blocks[b];
        }
        int token = -1;
        for (int i = last * Block; i < Math.Min(_weights.Length, (last + 1) * Block); i++)
        {
            if (_weights[i] <= 0) continue;
            token = i;
            if (left < _weights[i]) break;
            left -= _weights[i];
        }
        return token;
    }

    // Σ exp(z − max) of the distribution without penalty, over the tokens that are left.
    private double FullMass(ReadOnlySpan<float> logits, float inverse, float largest)
    {
        double kept = 0;
        for (int i = 0; i < logits.Length; i++) if (_weights[i] > 0) kept += Math.Exp(logits[i] * inverse - largest);
        return kept;
    }

    private static double Sum(double[] values)
    {
        double sum = 0;
        foreach (double value in values) sum += value;
        return sum;
    }

    private static double Sum(ReadOnlySpan<float> values)
    {
        Vector256<float> sums = default;
        int i = 0;
        for (; i <= values.Length - Vector256<float>.Count; i += Vector256<float>.Count) sums += Vector256.Create(values.Slice(i,
            Vector256<float>.Count));
        double sum = Vector256.Sum(sums);
        for (; i < values.Length; i++) sum += values[i];
        return sum;
    }
}
