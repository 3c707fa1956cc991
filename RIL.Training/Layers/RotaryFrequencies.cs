namespace RIL.Training.Layers;

/// <summary>Inverse frequencies of rotary positions.</summary>
internal static class RotaryFrequencies
{
    /// <summary>
    /// base^(−exponent / size) in single precision, computed as the reference does: the power first, then its reciprocal.
    /// </summary>
    public static float Inverse(double rotaryBase, int exponent, int size) => 1f / MathF.Pow((float)rotaryBase, (float)exponent / size);
}
