namespace RIL.Training.Images;

/// <summary>
/// Makes patches of pictures as transformers' Qwen2VLImageProcessor does: smart resize, bicubic, normalisation, patches in the order in
/// which they merge.
/// </summary>
public sealed class Qwen2VlImageProcessor
{
    private const int Colours = 3;
    private const double MostElongated = 200;

    private readonly float[] _normalised; // [colour, byte]

    /// <summary>A processor with these settings.</summary>
    public Qwen2VlImageProcessor(ImageProcessorSettings settings)
    {
        Settings = settings;
        _normalised = new float[Colours * 256];
        for (int c = 0; c < Colours; c++)
        {
            // In float32 and folded with the scale of 255, as the reference computes it.
            float mean = (float)settings.Mean[c] * 255f, deviation = (float)settings.StandardDeviation[c] * 255f;
            for (int v = 0; v < 256; v++) _normalised[c * 256 + v] = (v - mean) / deviation;
        }
    }

    /// <summary>Sizes, limits and colours.</summary>
    public ImageProcessorSettings Settings { get; }

    /// <summary>
    /// Decodes a picture and makes its patches: [grid, 3 · 2 · 14 · 14]; <paramref name="name"/> says in messages which picture and row.
    /// </summary>
    public ImagePatches Process(byte[] encoded, string name) => Process(PictureDecoder.Decode(encoded, name), name);

    /// <summary>Image tokens that a picture's patches merge into.</summary>
    public int TokenCount(ImagePatches image) => image.PatchCount / (Settings.MergeSize * Settings.MergeSize);

    internal ImagePatches Process(RgbImage image, string name)
    {
        (int height, int width) = SmartResize(image.Height, image.Width, name);
        RgbImage resized = BicubicResize.Resize(image, width, height);
        int patch = Settings.PatchSize, rows = height / patch, columns = width / patch;
        return new ImagePatches(Patches(resized, rows, columns), 1, rows, columns);
    }

    /// <summary>
    /// The nearest size whose sides are whole image tokens and whose area is within the limits; halves round to even, as Python's round
    /// does.
    /// </summary>
    internal (int Height, int Width) SmartResize(int height, int width, string name)
    {
        int factor = Settings.PatchSize * Settings.MergeSize;
        double ratio = (double)Math.Max(height, width) / Math.Min(height, width);
        if (ratio > MostElongated) throw new InputException(
            $"{name} is {width} × {height}, {ratio:0} times as long as wide; at most {MostElongated} is accepted: crop it.");
        long h = (long)Math.Round((double)height / factor, MidpointRounding.ToEven) * factor;
        long w = (long)Math.Round((double)width / factor, MidpointRounding.ToEven) * factor;
        if (h * w > Settings.MaxPixels)
        {
            double shrink = Math.Sqrt((double)height * width / Settings.MaxPixels);
            h = Math.Max(factor, (long)Math.Floor(height / shrink / factor) * factor);
            w = Math.Max(factor, (long)Math.Floor(width / shrink / factor) * factor);
        }
        else if (h * w < Settings.MinPixels)
        {
            double grow = Math.Sqrt(Settings.MinPixels / ((double)height * width));
            h = (long)Math.Ceiling(height * grow / factor) * factor;
            w = (long)Math.Ceiling(width * grow / factor) * factor;
        }
        if (h == 0 || w == 0) throw new InputException(
            $"{name} is {width} × {height}, less than half an image token of {factor} pixels; "
            + $"raise min_pixels (now {Settings.MinPixels}).");
        return ((int)h, (int)w);
    }

    private float[] Patches(RgbImage image, int rows, int columns)
    {
        int patch = Settings.PatchSize, merge = Settings.MergeSize, frames = Settings.TemporalPatchSize, area = patch * patch;
        var values = new float[checked(rows * columns * Colours * frames * area)];
        int at = 0;
        for (int windowRow = 0; windowRow < rows; windowRow += merge)
            for (int windowColumn = 0; windowColumn < columns; windowColumn += merge)
                for (int row = windowRow; row < windowRow + merge; row++)
                    for (int column = windowColumn; column < windowColumn + merge; column++)
                        for (int c = 0; c < Colours; c++)
                        {
                            Span<float> still = values.AsSpan(at, area);
                            Fill(still, image, row * patch, column * patch, c);
                            at += area;
                            for (int t = 1; t < frames; t++, at += area) still.CopyTo(values.AsSpan(at, area));
                        }
        return values;
    }

    private void Fill(Span<float> target, RgbImage image, int top, int left, int colour)
    {
        int patch = Settings.PatchSize, i = 0;
        ReadOnlySpan<float> table = _normalised.AsSpan(colour * 256, 256);
        for (int y = top; y < top + patch; y++)
        {
            ReadOnlySpan<byte> line = image.Pixels.AsSpan((y * image.Width + left) * RgbImage.Channels, patch * RgbImage.Channels);
            for (int x = 0; x < patch; x++) target[i++] = table[line[x * RgbImage.Channels + colour]];
        }
    }
}
