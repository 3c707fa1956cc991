using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>
/// Segments of a packed sequence as the rows of a rectangle: [n, L, …], each from the left, padded on the right to the longest. Padding
/// repeats the segment's last token: whatever comes of it is finite and never read. Its tensor belongs to the dispose scope in which it
/// was made.
/// </summary>
internal sealed class PaddedSegments
{
    private readonly long _start; // of all, where they lie side by side and are equally long
    private readonly Tensor? _rows;

    /// <param name="segments">Where each begins in the packed sequence, and its tokens; none is empty.</param>
    /// <param name="longest">L.</param>
    /// <param name="device">Where the sequence lives.</param>
    public PaddedSegments(IReadOnlyList<(int Start, int Length)> segments, int longest, Device device)
    {
        (Count, Longest, _start) = (segments.Count, longest, segments.Count == 0 ? 0 : segments[0].Start);
        if (segments.Select((s, i) => s.Length == longest && s.Start == _start + (long)i * longest).All(adjoins => adjoins)) return;
        var rows = new long[checked(segments.Count * longest)];
        for (int i = 0, at = 0; i < segments.Count; i++)
            for (int t = 0; t < longest; t++) rows[at++] = segments[i].Start + Math.Min(t, segments[i].Length - 1);
        _rows = tensor(rows, device: device);
    }

    /// <summary>n.</summary>
    public int Count { get; }

    /// <summary>L.</summary>
    public int Longest { get; }

    /// <summary>Its tensors, for who keeps them beyond their dispose scope.</summary>
    public Tensor? Owned => _rows;

    /// <summary>packed [N, H, E] → [n, L, H, E].</summary>
    public Tensor Gather(Tensor packed_NHE)
    {
        Tensor rows = _rows is null ? packed_NHE.narrow(0, _start, (long)Count * Longest) : packed_NHE.index_select(0, _rows);
        return rows.view(Count, Longest, packed_NHE.size(1), packed_NHE.size(2));
    }
}
