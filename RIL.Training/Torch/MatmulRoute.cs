namespace RIL.Training.Torch;

/// <summary>Route of f32 matrix products on the CPU.</summary>
public enum MatmulRoute
{
    /// <summary>oneDNN where a self-check finds it exact.</summary>
    Fast,

    /// <summary>libtorch's own choice.</summary>
    Default,
}
