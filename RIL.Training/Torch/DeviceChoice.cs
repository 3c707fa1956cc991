namespace RIL.Training.Torch;

/// <summary>Where tensors live.</summary>
public enum DeviceChoice
{
    /// <summary>The GPU where libtorch finds one, else the CPU.</summary>
    Auto,

    /// <summary>The CPU.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU; refused where there is none.</summary>
    Cuda,
}
