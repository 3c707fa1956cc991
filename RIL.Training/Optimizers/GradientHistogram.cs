using System.Runtime.InteropServices;
using RIL.Training.Layers;
using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Training.Optimizers;

/// <summary>How often gradients of each size occur in each part of a model, by log10 of their absolute values.</summary>
public sealed class GradientHistogram
{
    private const int Smallest = -12, Largest = 4, BinsPerDecade = 4, Bins = (Largest - Smallest) * BinsPerDecade;

    // Counts of one pass come as f32, which is exact to 2^24; and a large weight's copies stay small.
    private const long AtATime = 1 << 24;

    private readonly SortedDictionary<ModelPart, (long[] Counts, long Zeros)> _parts = [];

    /// <summary>Edges of all bins, one more than bins.</summary>
    public static IReadOnlyList<double> Edges { get; } =
        [.. Enumerable.Range(0, Bins + 1).Select(i => Smallest + (double)i / BinsPerDecade)];

    /// <summary>
    /// The parts that have gradients: counts of all bins, smaller and larger values in the outer ones, and how many are 0.
    /// </summary>
    public IReadOnlyDictionary<ModelPart, (long[] Counts, long Zeros)> Parts => _parts;

    /// <summary>Counts a gradient of any shape; what is no number counts as 0.</summary>
    public void Add(ModelPart part, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor flat = gradient.detach().reshape(-1);
        (long[] counts, long zeros) = _parts.TryGetValue(part, out var known) ? known : (new long[Bins], 0);
        for (long start = 0; start < flat.numel(); start += AtATime)
        {
            using var piece = NewDisposeScope();
            Tensor values = flat.narrow(0, start, Math.Min(AtATime, flat.numel() - start)).nan_to_num(0, 0, 0).abs();
            Tensor some = values.masked_select(values.gt(Scalars.Of(0)));
            zeros += values.numel() - some.numel();
            if (some.numel() == 0) continue;
            Tensor sizes = some.log10().clamp(Scalars.Of(Smallest), Scalars.Of(Largest));
            ReadOnlySpan<float> binned = MemoryMarshal.Cast<byte, float>(sizes.histc(Bins, Smallest, Largest).cpu().bytes);
            for (int i = 0; i < Bins; i++) counts[i] += (long)binned[i];
        }
        _parts[part] = (counts, zeros);
    }

    /// <summary>A part's bins from the first to the last that is not empty, with their edges.</summary>
    public (IReadOnlyList<double> Edges, IReadOnlyList<long> Counts, long Zeros) Shown(ModelPart part)
    {
        (long[] counts, long zeros) = _parts[part];
        int first = Array.FindIndex(counts, c => c > 0), last = Array.FindLastIndex(counts, c => c > 0);
        return first < 0 ? ([], [], zeros) : ([.. Edges.Skip(first).Take(last - first + 2)], counts[first..(last + 1)], zeros);
    }
}
