using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace RIL.Training.Safetensors;

/// <summary>Finds values that are no numbers (NaN, infinities) in raw float data: those whose exponent bits are all set.</summary>
internal static class NonFinite
{
    /// <summary>Place of the first such value, counted in elements, or -1; data of other types than floats has none.</summary>
    public static int IndexIn(ReadOnlySpan<byte> data, ScalarType type) => type switch
    {
        ScalarType.Float32 => Find(data, 0x7F80_0000u),
        ScalarType.Float64 => Find(data, 0x7FF0_0000_0000_0000ul),
        ScalarType.BFloat16 => Find(data, (ushort)0x7F80),
        ScalarType.Float16 => Find(data, (ushort)0x7C00),
        _ => -1,
    };

    private static int Find<T>(ReadOnlySpan<byte> data, T exponent) where T : unmanaged, IBinaryInteger<T>
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(data);
        ref T first = ref MemoryMarshal.GetReference(values);
        var mask = new Vector<T>(exponent);
        int at = 0;
        for (; at <= values.Length - 4 * Vector<T>.Count; at += 4 * Vector<T>.Count)
            if (Hits(ref first, at, mask)) break;
        for (; at < values.Length; at++)
            if ((values[at] & exponent) == exponent) return at;
        return -1;
    }

    // Four vectors at a time, so that the loop waits for memory and not for branches.
    private static bool Hits<T>(ref T first, int at, Vector<T> mask) where T : unmanaged
    {
        int width = Vector<T>.Count;
        Vector<T> hits = Vector.Equals(Vector.LoadUnsafe(ref Unsafe.Add(ref first, at)) & mask, mask);
        for (int part = 1; part < 4; part++)
            hits |= Vector.Equals(Vector.LoadUnsafe(ref Unsafe.Add(ref first, at + part * width)) & mask, mask);
        return hits != Vector<T>.Zero;
    }
}
