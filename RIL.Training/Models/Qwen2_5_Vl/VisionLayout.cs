using RIL.Training.Layers;
using static TorchSharp.torch;

namespace RIL.Training.Models.Qwen2_5_Vl;

/// <summary>
/// Where the patches of some pictures go: their order by attention windows (whole merge units move, as transformers' get_window_index),
/// the segments that window and full attention keep apart, and the rotation angles of every patch's row and column. Its tensors belong to
/// the dispose scope in which it was made.
/// </summary>
internal sealed class VisionLayout
{
    private const double RotaryBase = 10_000;

    public VisionLayout(VisionConfig config, IReadOnlyList<(int T, int H, int W)> grids, Device device)
    {
        int merge = config.MergeSize, unit = merge * merge, window = config.WindowSize / merge / config.PatchSize;
        var unitOrder = new List<long>();
        var windows = new List<int>();
        var pictures = new List<int>();
        var positions = new List<(int Row, int Column)>(); // by patch, in the processor's order
        foreach ((int frames, int height, int width) in grids)
        {
            int rows = height / merge, columns = width / merge;
            for (int t = 0; t < frames; t++)
            {
                long start = positions.Count / unit;
                for (int r0 = 0; r0 < rows; r0 += window)
                    for (int c0 = 0; c0 < columns; c0 += window)
                    {
                        int before = unitOrder.Count;
                        for (int r = r0; r < Math.Min(rows, r0 + window); r++)
                            for (int c = c0; c < Math.Min(columns, c0 + window); c++) unitOrder.Add(start + r * columns + c);
                        windows.Add((unitOrder.Count - before) * unit);
                    }
                for (int r = 0; r < rows; r++)
                    for (int c = 0; c < columns; c++)
                        for (int i = 0; i < unit; i++) positions.Add((r * merge + i / merge, c * merge + i % merge));
                pictures.Add(height * width);
            }
        }
        long[] patchOrder = [.. unitOrder.SelectMany(u => Enumerable.Range(0, unit).Select(i => u * unit + i))];
        var unitRestore = new long[unitOrder.Count];
        for (int i = 0; i < unitRestore.Length; i++) unitRestore[unitOrder[i]] = i;
        bool moved = unitOrder.Where((u, i) => u != i).Any();
        PatchOrder = moved ? tensor(patchOrder, device: device) : null;
        UnitRestore = moved ? tensor(unitRestore, device: device) : null;
        WindowAttention = new SegmentAttention(windows, device);
        FullAttention = windows.SequenceEqual(pictures) ? WindowAttention : new SegmentAttention(pictures, device);
        Rotary = new RotaryEmbedding(tensor(Angles(config.HeadSize, patchOrder, positions),
            [patchOrder.Length, config.HeadSize / 2], device: device));
    }

    /// <summary>Patch rows in window order, or null where that is the order they have.</summary>
    public Tensor? PatchOrder { get; }

    /// <summary>Undoes the order for merged units.</summary>
    public Tensor? UnitRestore { get; }

    public SegmentAttention WindowAttention { get; }

    public SegmentAttention FullAttention { get; }

    public RotaryEmbedding Rotary { get; }

    /// <summary>The tensors that blocks use, for who keeps them beyond their dispose scope.</summary>
    public IEnumerable<Tensor?> Owned => WindowAttention.Owned.Concat(FullAttention.Owned).Distinct().Concat(Rotary.Owned);

    // First half of the angles from the row, second from the column.
    private static float[] Angles(int headSize, long[] patchOrder, List<(int Row, int Column)> positions)
    {
        int quarter = headSize / 4;
        float[] frequencies = [.. Enumerable.Range(0, quarter).Select(i => RotaryFrequencies.Inverse(RotaryBase, 2 * i, headSize / 2))];
        var angles = new float[patchOrder.Length * 2 * quarter];
        for (int n = 0; n < patchOrder.Length; n++)
        {
            (int row, int column) = positions[(int)patchOrder[n]];
            for (int i = 0; i < quarter; i++)
            {
                angles[(2 * n * quarter) + i] = row * frequencies[i];
                angles[(2 * n * quarter) + quarter + i] = column * frequencies[i];
            }
        }
        return angles;
    }
}
