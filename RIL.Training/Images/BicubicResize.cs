using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RIL.Training.Images;

/// <summary>
/// Pillow's bicubic resize (<c>Resample.c</c>), bit for bit: kernel with a = −1/2 whose support grows with the reduction, weights as
/// 22-bit fixed-point numbers, rows first, 8 bits between the passes.
/// </summary>
internal static unsafe class BicubicResize
{
    private const int Precision = 22, Half = 1 << (Precision - 1);
    private const double Support = 2;

    public static RgbImage Resize(RgbImage image, int width, int height)
    {
        if (width != image.Width) image = new RgbImage(Horizontal(image, width), width, image.Height);
        if (height != image.Height) image = new RgbImage(Vertical(image, height), width, height);
        return image;
    }

    /// <summary>For every output position the first input position and the weights of the inputs from there.</summary>
    private readonly record struct Window(int First, int[] Weights);

    private static Window[] Windows(int from, int to)
    {
        double scale = (double)from / to, stretch = Math.Max(scale, 1), support = Support * stretch;
        var windows = new Window[to];
        for (int i = 0; i < to; i++)
        {
            double centre = (i + 0.5) * scale;
            int first = Math.Max(0, (int)(centre - support + 0.5)), end = Math.Min(from, (int)(centre + support + 0.5));
            double[] weights = [.. Enumerable.Range(first, end - first).Select(x => Kernel((x - centre + 0.5) * (1 / stretch)))];
            double sum = 0;
            foreach (double w in weights) sum += w;
            windows[i] = new Window(first, [.. weights.Select(w => ToFixed(sum == 0 ? w : w / sum))]);
        }
        return windows;
    }

    private static double Kernel(double x)
    {
        const double A = -0.5;
        x = Math.Abs(x);
        if (x < 1) return ((A + 2) * x - (A + 3)) * x * x + 1;
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
    }

    private static int ToFixed(double weight) => (int)(weight * (1 << Precision) + (weight < 0 ? -0.5 : 0.5));

    private static byte[] Horizontal(RgbImage image, int width)
    {
        Window[] windows = Windows(image.Width, width);
        var result = new byte[checked(width * image.Height * RgbImage.Channels)];
        fixed (byte* source = image.Pixels, target = result)
        {
            for (int x = 0; x < width; x++)
            {
                int[] weights = windows[x].Weights;
                for (int y = 0; y < image.Height; y++)
                {
                    uint* pixel = (uint*)source + (long)y * image.Width + windows[x].First;
                    Vector128<int> sum = Vector128.Create(Half);
                    for (int k = 0; k < weights.Length; k++) sum += Channels(pixel[k]) * weights[k];
                    ((uint*)target)[(long)y * width + x] = Clip(sum);
                }
            }
        }
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Channels(uint pixel) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(pixel).AsByte())).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Clip(Vector128<int> sum)
    {
        Vector128<int> value = Vector128.Min(Vector128.Max(sum >> Precision, Vector128<int>.Zero), Vector128.Create(255));
        Vector128<ushort> words = Vector128.Narrow(value.AsUInt32(), value.AsUInt32());
        return Vector128.Narrow(words, words).AsUInt32().ToScalar();
    }

    private static byte[] Vertical(RgbImage image, int height)
    {
        Window[] windows = Windows(image.Height, height);
        int row = image.Width * RgbImage.Channels;
        var result = new byte[checked(row * height)];
        var sums = new int[row];
        for (int y = 0; y < height; y++)
        {
            sums.AsSpan().Fill(Half);
            (int first, int[] weights) = windows[y];
            for (int k = 0; k < weights.Length; k++) Accumulate(image.Pixels.AsSpan((first + k) * row, row), weights[k], sums);
            Span<byte> target = result.AsSpan(y * row, row);
            for (int i = 0; i < row; i++) target[i] = (byte)Math.Clamp(sums[i] >> Precision, 0, 255);
        }
        return result;
    }

    private static void Accumulate(ReadOnlySpan<byte> source, int weight, int[] sums)
    {
        int i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            int lanes = Vector<int>.Count;
            ref byte from = ref MemoryMarshal.GetReference(source);
            ref int to = ref MemoryMarshal.GetArrayDataReference(sums);
            for (; i + Vector<byte>.Count <= source.Length; i += Vector<byte>.Count)
            {
                Vector.Widen(Vector.LoadUnsafe(ref from, (nuint)i), out Vector<ushort> low, out Vector<ushort> high);
                Vector.Widen(low, out Vector<uint> a, out Vector<uint> b);
                Vector.Widen(high, out Vector<uint> c, out Vector<uint> d);
                Add(ref to, i, a, weight);
                Add(ref to, i + lanes, b, weight);
                Add(ref to, i + 2 * lanes, c, weight);
                Add(ref to, i + 3 * lanes, d, weight);
            }
        }
        for (; i < source.Length; i++) sums[i] += source[i] * weight;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref int sums, int at, Vector<uint> values, int weight) =>
        (Vector.LoadUnsafe(ref sums, (nuint)at) + Vector.AsVectorInt32(values) * weight).StoreUnsafe(ref sums, (nuint)at);
}
