using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace RIL.Training.Torch;

/// <summary>Reads numbers out of tensors without the temporaries of TorchSharp's own readers.</summary>
public static class Values
{
    /// <summary>The value of a float scalar on any device.</summary>
    public static float Float(Tensor scalar)
    {
        using var scope = NewDisposeScope();
        return MemoryMarshal.Read<float>(scalar.detach().cpu().bytes);
    }

    /// <summary>A copy of a float tensor's values, row by row.</summary>
    public static float[] Floats(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return MemoryMarshal.Cast<byte, float>(tensor.detach().cpu().contiguous().bytes).ToArray();
    }
}
