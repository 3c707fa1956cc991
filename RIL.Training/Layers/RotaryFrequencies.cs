namespace RIL.Training.Layers;

/// <summary>Inverse frequencies of rotary positions.</summary>
internal static class RotaryFrequencies
{
    /// <summary>
    /// base^(−exponent / size) in single precision, computed as the reference does: the power first, then its reciprocal.
    /// </summary>
    public static float Inverse(double rotaryBase, int exponent, int size) => 1f / MathF.Pow((float)rotaryBase, (float)exponent / size);

    /// <summary>The frequencies of a head, half as many as it is wide.</summary>
    public static float[] All(double rotaryBase, int headSize) =>
        [.. Enumerable.Range(0, headSize / 2).Select(i => Inverse(rotaryBase, 2 * i, headSize))];
}
