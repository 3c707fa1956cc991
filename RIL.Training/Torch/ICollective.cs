using static TorchSharp.torch;

namespace RIL.Training.Torch;

/// <summary>
/// The processes that compute one model together, this one included: what each has summed up on its own share is added across all of them.
/// </summary>
public interface ICollective
{
    /// <summary>Number of this member, from 0.</summary>
    int Rank { get; }

    /// <summary>How many members there are.</summary>
    int Count { get; }

    /// <summary>Adds a tensor over all members, in place and in the order of their ranks.</summary>
    void Sum(Tensor values);
}

/// <summary>A collective of this process alone.</summary>
public sealed class Alone : ICollective
{
    private Alone()
    {
    }

    /// <summary>The only one.</summary>
    public static Alone Instance { get; } = new();

    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Count => 1;

    /// <inheritdoc/>
    public void Sum(Tensor values)
    {
    }
}
