using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>How the positions of tokens, one number or several each, become the angles of rotary embeddings.</summary>
internal interface IPositionScheme
{
    /// <summary>Numbers that place a token.</summary>
    int Axes { get; }

    /// <summary>positions [N · axes], token by token → angles [N, E/2] in radians, in the current dispose scope.</summary>
    Tensor Angles(long[] positions, Device device);
}

/// <summary>One position a token: every frequency turns with it.</summary>
internal sealed class LinePositions(double rotaryBase, int headSize) : IPositionScheme
{
    private readonly float[] _frequencies = RotaryFrequencies.All(rotaryBase, headSize);

    public int Axes => 1;

    public Tensor Angles(long[] positions, Device device)
    {
        using var scope = NewDisposeScope();
        return tensor(positions, [positions.Length, 1], dtype: ScalarType.Float32, device: device)
            .mul(tensor(_frequencies, device: device)).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// Several positions a token (time, row, column), each turning a section of the frequencies (M-RoPE, Wang et al. 2024, §2.1).
/// </summary>
internal sealed class SectionPositions(double rotaryBase, int headSize, IReadOnlyList<int> sections) : IPositionScheme
{
    private readonly float[] _frequencies = RotaryFrequencies.All(rotaryBase, headSize);
    private readonly long[] _axisOf = [.. sections.SelectMany((count, axis) => Enumerable.Repeat((long)axis, count))];

    public int Axes => sections.Count;

    public Tensor Angles(long[] positions, Device device)
    {
        using var scope = NewDisposeScope();
        return tensor(positions, [positions.Length / Axes, Axes], dtype: ScalarType.Float32, device: device)
            .index_select(1, tensor(_axisOf, device: device)).mul(tensor(_frequencies, device: device)).MoveToOuterDisposeScope();
    }
}
