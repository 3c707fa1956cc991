using System.Numerics;
using System.Runtime.InteropServices;

namespace RIL.Training.Generation;

/// <summary>
/// Top-k, top-p and min-p without sorting. Each keeps a prefix of the tokens in the order of their weights, equal ones in the order of the
/// vocabulary; where a prefix ends is found by histograms over the bits of the weights, which for numbers ≥ 0 are in the same order: a few
/// passes, however flat the distribution.
/// </summary>
internal sealed class TokenFilter(int topK, double topP, double minP)
{
    // 31 bits in three digits, highest first.
    private static readonly (int Shift, int Bits)[] Digits = [(20, 11), (10, 10), (0, 10)];

    private readonly int[] _counts = new int[1 << 11];
    private readonly double[] _sums = new double[1 << 11];

    /// <summary>Sets the weights of all tokens that are filtered out to 0; weights are ≥ 0 and one at least is greater.</summary>
    public void Apply(Span<float> weights)
    {
        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(weights);
        var cut = new Cut(1, int.MaxValue); // everything above 0
        double total = double.NaN;
        if (topK > 0) (cut, total) = Find(bits, topK, double.PositiveInfinity);
        if (topP < 1)
        {
            if (double.IsNaN(total)) total = Total(weights);
            Cut reached = Find(bits, int.MaxValue, topP * total).Cut;
            if (reached.IsShorterThan(cut)) cut = reached;
        }
        if (minP > 0)
        {
            float largest = Largest(weights), least = (float)(minP * largest);
            if (least < minP * largest) least = MathF.BitIncrement(least);
            Cut floor = least > largest ? Find(bits, 1, double.PositiveInfinity).Cut
                : new Cut(Math.Max(1, BitConverter.SingleToUInt32Bits(least)), int.MaxValue);
            if (floor.IsShorterThan(cut)) cut = floor;
        }
        Keep(weights, cut);
    }

    /// <summary>Where a prefix ends: weights with more than these bits belong to it, and as many with just these.</summary>
    private readonly record struct Cut(uint Bits, int Ties)
    {
        public bool IsShorterThan(Cut other) => Bits > other.Bits || (Bits == other.Bits && Ties < other.Ties);
    }

    // The shortest prefix that has so many tokens or so much weight (one token at least), and its weight; all above 0 if they do not
    // reach.
    private (Cut Cut, double Weight) Find(ReadOnlySpan<uint> bits, int count, double weight)
    {
        uint prefix = 0;
        int tokens = 0; // above the prefix
        double sum = 0;
        foreach ((int shift, int width) in Digits)
        {
            Count(bits, prefix, shift, width);
            int digit = (1 << width) - 1;
            for (; digit > 0; digit--)
            {
                if (_counts[digit] > 0 && (tokens + (long)_counts[digit] >= count || sum + _sums[digit] >= weight)) break;
                tokens += _counts[digit];
                sum += _sums[digit];
            }
            prefix |= (uint)digit << shift;
        }
        if (prefix == 0) return (new Cut(1, int.MaxValue), sum);
        float value = BitConverter.UInt32BitsToSingle(prefix);
        int most = Math.Max(1, _counts[prefix & ((1u << Digits[^1].Bits) - 1)]);
        int ties = (int)Math.Clamp(Math.Min(Math.Ceiling((weight - sum) / value), count - tokens), 1, most);
        return (new Cut(prefix, ties), sum + ties * (double)value);
    }

    // Histogram of one digit of the weights whose higher digits are the prefix's.
    private void Count(ReadOnlySpan<uint> bits, uint prefix, int shift, int width)
    {
        Array.Clear(_counts);
        Array.Clear(_sums);
        int above = shift + width;
        uint higher = prefix >> above, mask = (1u << width) - 1;
        foreach (uint b in bits)
        {
            if (b >> above != higher || b == 0) continue;
            uint digit = b >> shift & mask;
            _counts[digit]++;
            _sums[digit] += BitConverter.UInt32BitsToSingle(b);
        }
    }

    private static void Keep(Span<float> weights, Cut cut)
    {
        float least = BitConverter.UInt32BitsToSingle(cut.Bits);
        Span<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(weights);
        var bound = new Vector<float>(least);
        foreach (ref Vector<float> weight in vectors)
            weight = Vector.ConditionalSelect(Vector.GreaterThanOrEqual(weight, bound), weight, Vector<float>.Zero);
        for (int i = vectors.Length * Vector<float>.Count; i < weights.Length; i++) if (weights[i] < least) weights[i] = 0;
        if (cut.Ties == int.MaxValue) return;
        int left = cut.Ties;
        foreach (ref float weight in weights) if (weight == least && left-- <= 0) weight = 0;
    }

    private static double Total(ReadOnlySpan<float> weights)
    {
        double total = 0;
        foreach (float weight in weights) total += weight;
        return total;
    }

    private static float Largest(ReadOnlySpan<float> weights)
    {
        float largest = 0;
        foreach (float weight in weights) largest = Math.Max(largest, weight);
        return largest;
    }
}
