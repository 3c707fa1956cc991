using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace RIL.Training.Torch;

/// <summary>Reads numbers out of tensors without the temporaries of TorchSharp's own readers.</summary>
public static class Values
{
    /// <summary>The value of a scalar of any floating type on any device.</summary>
    public static float Float(Tensor scalar)
    {
        using var scope = NewDisposeScope();
        return MemoryMarshal.Read<float>(scalar.detach().cpu().to(ScalarType.Float32).bytes);
    }

    /// <summary>A copy of the values of a tensor of any floating type, row by row; other types than float32 are converted.</summary>
    public static float[] Floats(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return MemoryMarshal.Cast<byte, float>(tensor.detach().cpu().to(ScalarType.Float32).contiguous().bytes).ToArray();
    }
}
