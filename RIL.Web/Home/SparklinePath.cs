using System.Globalization;

namespace RIL.Web.Home;

/// <summary>Points of a small line in a box, from the lowest to the highest value.</summary>
internal static class SparklinePath
{
    /// <summary>The points as SVG writes them; null where fewer than two values are numbers.</summary>
    public static string? Of(IReadOnlyList<(long Step, double Value)> values, int width, int height)
    {
        (long Step, double Value)[] real = [.. values.Where(v => double.IsFinite(v.Value))];
        if (real.Length < 2) return null;
        double low = real.Min(v => v.Value), high = real.Max(v => v.Value), first = real[0].Step, length = real[^1].Step - first;
        // A pixel of room above and below, so that the line is not cut; what does not change runs through the middle.
        return string.Join(' ', real.Select(v => string.Create(CultureInfo.InvariantCulture,
            $"{(length > 0 ? (v.Step - first) / length * width : 0):0.#},{(high > low ? 1.5 + (high - v.Value) / (high - low) * (height - 3) : height / 2.0):0.#}")));
    }
}
