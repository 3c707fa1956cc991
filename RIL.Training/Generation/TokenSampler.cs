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
/// one before left.
/// </summary>
internal sealed class TokenSampler(SamplingOptions options, int vocabulary)
{
    private const int Block = 64; // probabilities are summed in blocks, so that a draw walks vocabulary / 64 + 64 entries
    private readonly float[] _scaled = new float[vocabulary];
    private readonly float[] _weights = new float[vocabulary];
    private readonly double[] _blocks = new double[(vocabulary + Block - 1) / Block];
    private readonly bool _filters = options.TopK > 0 || options.TopP < 1 || options.MinP > 0;

    /// <param name="logits">One row [V].</param>
    /// <param name="seen">Tokens that a repetition penalty applies to.</param>
    /// <param name="uniform">In [0, 1).</param>
    public TokenDraw Draw(ReadOnlySpan<float> logits, IReadOnlySet<int>? seen, double uniform)
    {
        float inverse = (float)(1 / options.Temperature);
        if (inverse == 1) logits.CopyTo(_scaled);
        else for (int i = 0; i < logits.Length; i++) _scaled[i] = logits[i] * inverse;
        (float largest, double total, double entropy) = Exponentials(_scaled);
        double logTotal = Math.Log(total);
        bool penalised = seen is not null && options.RepetitionPenalty != 1;
        float penalisedLargest = largest;
        if (penalised)
        {
            float[] full = _scaled[..];
            foreach (int id in seen!)
            {
                float value = logits[id];
                _scaled[id] = (float)(value > 0 ? value / options.RepetitionPenalty : value * options.RepetitionPenalty) * inverse;
            }
            (penalisedLargest, _, _) = Exponentials(_scaled);
            int chosen = Choose(uniform);
            double kept = 0;
            for (int i = 0; i < full.Length; i++) if (_weights[i] > 0) kept += Math.Exp(full[i] - largest);
            return new TokenDraw(chosen, (float)(full[chosen] - largest - logTotal), (float)entropy, (float)Math.Min(1, kept / total));
        }
        int token = Choose(uniform);
        double remaining = 0;
        foreach (double block in _blocks) remaining += block;
        return new TokenDraw(token, (float)(_scaled[token] - largest - logTotal), (float)entropy, (float)Math.Min(1, remaining / total));
    }

    // Fills _weights with exp(z − max) and _blocks with their sums; entropy = log Σ − Σ w z / Σ, with z relative to the maximum.
    private (float Largest, double Total, double Entropy) Exponentials(float[] z)
    {
        float largest = z[0];
        int width = Vector<float>.Count, i = 0;
        var running = new Vector<float>(float.NegativeInfinity);
        for (; i <= z.Length - width; i += width) running = Vector.Max(running, new Vector<float>(z, i));
        for (int lane = 0; lane < width; lane++) largest = Math.Max(largest, running[lane]);
        for (; i < z.Length; i++) largest = Math.Max(largest, z[i]);
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
        return (largest, total, Math.Log(total) - weighted / total);
    }

    private int Choose(double uniform)
    {
        foreach (int id in options.SuppressTokenIds)
        {
            if (id >= _weights.Length) continue;
            _weights[id] = 0;
            Resum(id / Block);
        }
        if (options.Greedy) return Likeliest();
        if (_filters)
        {
            Filter();
            for (int b = 0; b < _blocks.Length; b++) Resum(b);
        }
        double total = 0;
        foreach (double block in _blocks) total += block;
        double left = uniform * total;
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

    private int Likeliest()
    {
        int best = 0;
        for (int i = 1; i < _weights.Length; i++) if (_weights[i] > _weights[best]) best = i;
        return best;
    }

    private void Filter()
    {
        int[] order = Candidates();
        Array.Sort(order, (a, b) => _weights[a] != _weights[b] ? _weights[b].CompareTo(_weights[a]) : a.CompareTo(b));
        int kept = order.Length;
        if (options.TopK > 0) kept = Math.Min(kept, options.TopK);
        if (options.TopP < 1)
        {
            double total = options.TopK > 0 ? order.Take(kept).Sum(i => (double)_weights[i]) : _blocks.Sum(), running = 0;
            int reach = 0;
            while (reach < kept && running < options.TopP * total) running += _weights[order[reach++]];
            kept = Math.Max(1, reach);
        }
        if (options.MinP > 0)
        {
            double least = options.MinP * _weights[order[0]];
            while (kept > 1 && _weights[order[kept - 1]] < least) kept--;
        }
        var keep = new (int Id, float Weight)[kept];
        for (int i = 0; i < kept; i++) keep[i] = (order[i], _weights[order[i]]);
        Array.Clear(_weights);
        foreach ((int id, float weight) in keep) _weights[id] = weight;
    }

    // Only tokens that can be kept need sorting: with top-p, tokens below (1 − p) · total / V weigh less than 1 − p together; with min-p,
    // those below the bound.
    private int[] Candidates()
    {
        double least = 0;
        if (options.TopP < 1 && options.TopK == 0) least = (1 - options.TopP) * _blocks.Sum() / _weights.Length;
        if (options.TopK > 0 && options.TopK < _weights.Length) least = KthLargest(options.TopK);
        var candidates = new List<int>();
        for (int i = 0; i < _weights.Length; i++) if (_weights[i] > 0 && _weights[i] >= least) candidates.Add(i);
        return [.. candidates];
    }

    private float KthLargest(int k)
    {
        var heap = new PriorityQueue<float, float>(k + 1);
        foreach (float weight in _weights)
        {
            if (heap.Count < k) heap.Enqueue(weight, weight);
            else if (weight > heap.Peek()) heap.EnqueueDequeue(weight, weight);
        }
        return heap.Peek();
    }

    private void Resum(int block)
    {
        double sum = 0;
        for (int i = block * Block; i < Math.Min(_weights.Length, (block + 1) * Block); i++) sum += _weights[i];
        _blocks[block] = sum;
    }
}
